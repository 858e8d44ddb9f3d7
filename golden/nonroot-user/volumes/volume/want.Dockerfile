FROM node:20-alpine
WORKDIR /app
COPY . .
RUN mkdir -p /app/data /uploads && chown node:node /app/data /uploads
VOLUME /app/data /uploads
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
