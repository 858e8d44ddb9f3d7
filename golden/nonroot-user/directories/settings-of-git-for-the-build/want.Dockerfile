FROM node:20
RUN git config --global user.email wiki@example.com && git config --global user.name wiki
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
