set -eu
apt-get update
apt-get install -y --no-install-recommends python3
rm -rf /var/lib/apt/lists/*
groupadd --gid 1000 deploy
useradd --uid 1000 --gid 1000 --create-home deploy
