FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y openjdk-17-jdk-headless
WORKDIR /app
COPY src ./src
RUN chown appuser:appuser /app
USER appuser
CMD ["java", "-cp", "src/main/resources", "src/main/java/Web.java"]
