set -eu
apt-get update
apt-get install -y --no-install-recommends python3
rm -rf /var/lib/apt/lists/*
