FROM node:20-slim
WORKDIR /app
COPY package.json server.js ./
RUN curl -fsSL https://example.com/words.tgz | tar -xz
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
