FROM node:20-slim
WORKDIR /app
COPY --chown=node:nodea.js ./
USER node
CMD ["node", "a.js"]
