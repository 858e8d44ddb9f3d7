FROM node:20-slim AS base
RUN corepack enable
WORKDIR /app

FROM base AS build
COPY . .
RUN pnpm install --frozen-lockfile && pnpm build

FROM base
COPY package.json pnpm-lock.yaml ./
ENV COREPACK_HOME=/usr/local/share/corepack
RUN pnpm install --prod --frozen-lockfile
COPY --from=build /app/dist ./dist
RUN chown node:node /app
USER node
CMD ["pnpm", "start"]
