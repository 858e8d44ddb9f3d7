set -eu
if ! getent passwd deploy; then useradd --create-home deploy; fi
