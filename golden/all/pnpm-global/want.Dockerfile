FROM node:20-slim
RUN npm install -g pnpm@9
WORKDIR /app
COPY --chown=node:node package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile --prod
COPY --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
