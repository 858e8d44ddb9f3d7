#!/bin/sh
# Repairs the Dockerfiles of the clone that is the current directory, and commits
# the repair. The commit's first line is the pull request's title, the rest is its
# body: multi-gitter reads both with manual-commit.
#
# FACTS is a file that "dockmend inspect --from" wrote, as an absolute path, since
# each clone has a directory of its own. Arguments are further flags of dockmend.
set -eu

if [ -n "${FACTS-}" ]; then
	set -- --facts "$FACTS" "$@"
fi
if [ -n "$(git status --porcelain)" ]; then
	echo "the clone differs from its commit before anything was done (line ends? Git LFS?)" >&2
	exit 1
fi

message=$(mktemp)
trap 'rm -f "$message"' EXIT
printf 'Repair Dockerfiles\n\n' >"$message"
status=0
dockmend --write --format markdown "$@" . >>"$message" || status=$?

# With 2, some file has an error, and those that have none are repaired: that is
# worth a pull request, whose body tells of the error.
if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then
	exit "$status"
fi
if [ -z "$(git status --porcelain)" ]; then
	exit "$status"
fi

# The same repair of the same commit is the same commit, whenever it is made:
# pushing it again (conflict-strategy: replace) starts no build.
GIT_AUTHOR_DATE=$(git log -1 --format=%cI)
GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
git add --all
git commit --quiet --no-verify --cleanup=verbatim --file="$message"
if [ "${DRY_RUN-}" = true ]; then
	git --no-pager show
fi
