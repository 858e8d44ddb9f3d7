#!/bin/sh
exec nodemon server.js
