FROM node:20-slim AS build
RUN npm install -g pnpm
WORKDIR /app
COPY . .
RUN pnpm install --frozen-lockfile

FROM node:20-slim
RUN npm install -g pnpm
WORKDIR /app
COPY --from=build /app/package.json /app/pnpm-lock.yaml ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/server.js ./
RUN chown node:node /app
USER node
CMD ["pnpm", "start"]
