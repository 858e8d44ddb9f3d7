#!/bin/sh
head -c 32 /dev/urandom > token
chmod 600 token
