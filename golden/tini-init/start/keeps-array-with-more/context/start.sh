#!/bin/bash
cmd=("$@")
cmd+=(--port "$PORT")
exec "${cmd[@]}"
