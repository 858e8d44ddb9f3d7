FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN npm run build
RUN mkdir -p /app/dist && chown node:node /app && chown -R node:node /app/dist
USER node
EXPOSE 3000
CMD ["node", "dist/server.js"]
