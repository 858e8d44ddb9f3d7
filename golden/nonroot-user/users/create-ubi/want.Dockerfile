FROM registry.access.redhat.com/ubi9/ubi
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /sbin/nologin appuser
RUN dnf install -y nodejs npm && dnf clean all
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["node", "server.js"]
