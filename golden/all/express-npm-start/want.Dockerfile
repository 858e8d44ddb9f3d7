FROM node:20-alpine
WORKDIR /app
ADD --chown=node:node package.json package-lock.json ./
RUN npm ci --only=production
ADD --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["npm", "start"]
