#!/bin/sh
wget -q -O /var/run/checked http://localhost:3000/ && date > /var/run/checked.at
