#!/bin/sh
set -e
cd /code
python3 -m polls.seed
