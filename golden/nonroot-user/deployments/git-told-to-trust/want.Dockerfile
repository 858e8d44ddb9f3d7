FROM node:20
RUN git config --system --add safe.directory /app
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
