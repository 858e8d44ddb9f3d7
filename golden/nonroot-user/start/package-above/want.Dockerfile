FROM node:20-alpine
WORKDIR /app
COPY package.json .
WORKDIR /app/src
COPY src .
RUN chown node:node /app /app/src
USER node
CMD ["npm", "start"]
