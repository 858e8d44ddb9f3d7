#!/usr/bin/env python3
import os, sys
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "polls.settings")
execute_from_command_line(sys.argv)
