FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini

WORKDIR /srv/mailer
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile --production && yarn cache clean
COPY --chown=node:node . .

RUN chown node:node /srv/mailer
USER node
EXPOSE 4000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "index.js"]
