FROM node:20-slim AS base
RUN mkdir /app && chown node:node /app
WORKDIR /app
USER node

FROM base AS deps
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev

FROM base
COPY --from=deps --chown=node:node /app/node_modules ./node_modules
COPY --chown=node:node . .
EXPOSE 3000
CMD ["node", "server.js"]
