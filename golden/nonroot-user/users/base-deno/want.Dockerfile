FROM denoland/deno:2.1.4
WORKDIR /app
COPY . .
RUN chown deno:deno /app
USER deno
CMD ["run", "--allow-net", "main.ts"]
