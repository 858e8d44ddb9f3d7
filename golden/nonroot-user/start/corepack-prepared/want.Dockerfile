FROM node:20-slim
WORKDIR /app
ENV COREPACK_HOME=/usr/local/share/corepack
RUN corepack enable && corepack prepare pnpm@9.0.0 --activate
COPY . .
RUN pnpm install --frozen-lockfile
RUN chown node:node /app
USER node
CMD ["pnpm", "start"]
