FROM node:20-slim AS build
RUN corepack enable
WORKDIR /app
COPY . .
RUN pnpm install --frozen-lockfile

FROM node:20-slim
RUN corepack enable
WORKDIR /app
COPY --from=build /app ./
RUN chown node:node /app
USER node
CMD ["pnpm", "start"]
