FROM debian:bookworm-slim
COPY build/setup.sh /tmp/setup.sh
RUN sh /tmp/setup.sh && rm /tmp/setup.sh
WORKDIR /app
COPY app.py .
RUN chown deploy:deploy /app
USER deploy
CMD ["python3", "app.py"]
