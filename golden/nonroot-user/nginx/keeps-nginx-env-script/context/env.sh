#!/bin/sh
echo "window.API = '$API'" > /usr/share/nginx/html/env.js
