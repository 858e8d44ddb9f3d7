#!/bin/sh
wget -q -O /dev/null http://localhost:3000/ && date > /tmp/checked.at
