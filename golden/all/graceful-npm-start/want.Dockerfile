FROM node:20-slim
WORKDIR /opt/worker
COPY --chown=node:node package*.json ./
RUN npm ci --production
COPY --chown=node:node . .
RUN chown node:node /opt/worker
USER node
CMD ["npm", "start"]
