FROM node:20-slim
USER node
COPY --chown=node:node package.json yarn.lock /home/node/app/
WORKDIR /home/node/app
RUN yarn install --frozen-lockfile
COPY --chown=root:root . .
CMD ["node", "index.js"]
