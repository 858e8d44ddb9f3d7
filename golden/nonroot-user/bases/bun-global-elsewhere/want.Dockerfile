FROM oven/bun:1
ENV BUN_INSTALL_GLOBAL_DIR=/opt/bun
RUN bun add -g serve
WORKDIR /app
COPY --chown=bun:bun index.html .
RUN chown bun:bun /app
USER bun
CMD ["serve", "-s", "."]
