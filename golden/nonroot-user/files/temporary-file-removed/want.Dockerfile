FROM node:20-slim
WORKDIR /app
COPY . .
RUN tmp=$(mktemp) && node list.js > "$tmp" && cat "$tmp" > list.json && rm "$tmp"
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
