FROM registry.access.redhat.com/ubi9/nodejs-20
USER root
RUN dnf install -y git && dnf clean all
USER 1001
COPY . .
CMD ["node", "server.js"]
