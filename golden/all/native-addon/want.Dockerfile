FROM node:20
WORKDIR /app
COPY --chown=node:node . .
RUN npm ci --omit=dev
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "index.js"]
