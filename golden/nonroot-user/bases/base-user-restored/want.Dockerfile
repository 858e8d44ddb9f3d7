FROM registry.access.redhat.com/ubi9/nodejs-20
USER 0
RUN dnf install -y --nodocs tzdata && dnf clean all
COPY . .
USER 1001
CMD ["npm", "start"]
