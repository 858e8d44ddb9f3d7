FROM node:20
RUN curl -sS https://dl.yarnpkg.com/debian/pubkey.gpg -o /root/yarn.gpg && apt-key add /root/yarn.gpg
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
