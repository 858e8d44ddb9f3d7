#!/bin/sh
# Keeps the clone that is the current directory below CLONES, so that one run of
# "dockmend inspect --from" sees the Dockerfiles of all repositories at once.
set -eu

case /$REPOSITORY/ in
*/../*)
	echo "$REPOSITORY is no name of a repository" >&2
	exit 1
	;;
esac
directory=${CLONES:?}/$REPOSITORY
rm -rf "$directory"
mkdir -p "$directory"
cp -RP . "$directory"
