FROM node:20-alpine
WORKDIR /usr/app
COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --omit=dev
COPY --chown=node:node src ./src
RUN chown node:node /usr/app
USER node
EXPOSE 3000
CMD ["node", "src/server.js"]
