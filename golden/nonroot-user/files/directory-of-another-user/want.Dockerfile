FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN mkdir uploads && chown -R www-data:www-data uploads
RUN chown node:node /app && chown -R node /app/uploads
USER node
EXPOSE 3000
CMD ["node", "server.js"]
