FROM node:20-slim
WORKDIR /app
COPY . .
RUN tmp=$(mktemp) && node list.js > "$tmp" && mv "$tmp" list.json && chmod 644 list.json
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
