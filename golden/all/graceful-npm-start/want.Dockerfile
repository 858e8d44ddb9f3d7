FROM node:20.19.5-bookworm-slim AS base
WORKDIR /opt/worker

FROM base AS deps
COPY package*.json ./
RUN npm ci --omit=dev

FROM base
COPY --from=deps --chown=node:node /opt/worker/node_modules ./node_modules
COPY --chown=node:node . .
RUN chown node:node /opt/worker
USER node
CMD ["npm", "start"]
