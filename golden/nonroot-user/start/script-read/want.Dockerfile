FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
ENTRYPOINT ["./entrypoint.sh"]
CMD ["node", "server.js"]
