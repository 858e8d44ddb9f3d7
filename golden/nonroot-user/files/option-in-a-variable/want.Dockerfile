FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y openjdk-17-jdk-headless
WORKDIR /app
COPY Web.java ./
ENV JAVA_TOOL_OPTIONS="-Xlog:gc*:file=/tmp/gc.log -Dlogging.config=/etc/web/logging.xml -Djava.security.egd=file:/dev/urandom"
RUN chown appuser:appuser /app
USER appuser
CMD ["java", "Web.java"]
