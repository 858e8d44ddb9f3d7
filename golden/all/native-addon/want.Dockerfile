FROM node:20.19.5-bookworm
WORKDIR /app
COPY --chown=node:node . .
RUN npm ci --omit=dev
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "index.js"]
