FROM node:20-slim
RUN apt-get update \
 && apt-get -qq install -yq --fix-missing --no-install-recommends \
    # for the thumbnails
    imagemagick \
    ghostscript \
 && apt-get clean
RUN set -e; sudo apt-get update; sudo apt-get install --no-install-recommends $PACKAGES; rm -rf /var/lib/apt/lists/*
RUN DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 install --no-install-recommends -t bookworm-backports vim
RUN if [ -n "$X" ]; then apt-get install -y --no-install-recommends "vim=${VERSION}"; fi
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
