FROM node:20-slim
WORKDIR /app
RUN apt-get update && apt-get install -y git
COPY --chown=node:node . .
RUN cat package.json
USER node
CMD ["node", "server.js"]
