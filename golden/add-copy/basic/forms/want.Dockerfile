FROM node:20-slim
WORKDIR /app
ENV DIR=src
COPY --chown=node:node --chmod=644 package.json server.js ./
copy ["src", "/app/src"]
COPY *.js /app/
COPY ./$DIR/ src/
COPY \
  /package.json \
  # and a directory with an archive in it
  vendor \
  ./
COPY <<EOF /app/config.json
{}
EOF
CMD ["node", "server.js"]
