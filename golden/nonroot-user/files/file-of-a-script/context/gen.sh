#!/bin/sh
head -c 32 /dev/urandom > token
chmod 644 token
