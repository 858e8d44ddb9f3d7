FROM denoland/deno:2.1.4
WORKDIR /app
COPY . .
RUN chown deno:deno /app
USER deno
EXPOSE 8000
CMD ["deno", "run", "-A", "main.ts"]
