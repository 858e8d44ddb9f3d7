FROM registry.access.redhat.com/ubi9/nodejs-20
USER root
RUN useradd --uid 1500 svc && mkdir /srv/app && chown svc /srv/app
WORKDIR /srv/app
COPY --chown=svc . .
USER svc
CMD ["node", "server.js"]
