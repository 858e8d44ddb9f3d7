FROM oven/bun:1
COPY . .
RUN chown bun:bun /home/bun/app
USER bun
CMD ["bun", "run", "index.ts"]
