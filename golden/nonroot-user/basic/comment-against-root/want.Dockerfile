FROM node:20-slim
WORKDIR /app
# TODO: don't run as root
COPY . .
RUN chown node:node /app
USER node
# the workspaces need root package.json
CMD ["node", "server.js"]
