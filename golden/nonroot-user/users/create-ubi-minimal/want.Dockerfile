FROM registry.access.redhat.com/ubi9-minimal
RUN microdnf install -y nodejs npm && microdnf clean all
WORKDIR /app
COPY . .
RUN chown 1000:1000 /app
ENV HOME=/tmp
USER 1000:1000
CMD ["npm", "start"]
