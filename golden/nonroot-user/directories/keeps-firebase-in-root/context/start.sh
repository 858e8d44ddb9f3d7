#!/bin/sh
exec firebase emulators:start
