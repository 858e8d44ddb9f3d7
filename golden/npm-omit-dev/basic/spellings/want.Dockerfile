FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm install --omit=dev
RUN --mount=type=cache,target=/root/.npm npm i --omit=dev --no-audit
RUN set -eux; \
    # the packages
    npm ci \
      --omit=dev --no-optional; \
    npm cache clean --force
RUN npm --prefix api install --omit=dev --loglevel=error
RUN cd web && sudo npm ci --omit=dev || true
COPY . .
CMD ["node", "server.js"]
