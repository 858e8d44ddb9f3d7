FROM node:20.19.5-alpine3.22
WORKDIR /app
ENV TINI_VERSION=v0.19.0
ADD https://github.com/krallin/tini/releases/download/${TINI_VERSION}/tini-static /sbin/tini
RUN chmod +x /sbin/tini
COPY --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3005
CMD ["/sbin/tini", "--", "node", "server.js"]
