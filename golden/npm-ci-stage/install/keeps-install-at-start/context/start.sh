#!/bin/sh
npm i && exec node server.js
