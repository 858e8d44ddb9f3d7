FROM node:20-slim
RUN curl -fsSL https://example.com/tool.tgz | tar -xz -C /opt/tool
WORKDIR /app
COPY package.json server.js ./
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
