# syntax=docker/dockerfile:1
FROM node:20-slim
RUN <<EOF
groupadd --gid 1500 web
useradd --uid 1500 --gid web --create-home web
EOF
WORKDIR /app
COPY . .
RUN chown web:web /app
USER web
CMD ["node", "server.js"]
