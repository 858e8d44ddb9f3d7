FROM eclipse-temurin:17-jre
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
VOLUME /tmp
ADD target/app.jar app.jar
USER appuser
EXPOSE 8080
ENTRYPOINT exec java $JAVA_OPTS -jar /app.jar
