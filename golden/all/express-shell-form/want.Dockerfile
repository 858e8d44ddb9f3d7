FROM node:20
LABEL maintainer="shop@example.com"

RUN mkdir -p /usr/src/app
WORKDIR /usr/src/app
COPY --chown=node:node . /usr/src/app
RUN npm install

ENV PORT 8080
RUN chown node:node /usr/src/app
USER node
EXPOSE 8080

CMD npm start
