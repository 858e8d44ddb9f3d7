FROM node:20-alpine
WORKDIR /app
RUN chown node:node /app
USER node
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev
USER root
# for the health check
RUN apk add --no-cache curl
RUN apk add --no-cache jq
USER node
COPY --chown=node:node . .
CMD ["node", "server.js"]
