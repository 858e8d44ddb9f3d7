FROM node:20-slim
WORKDIR /app
COPY --chmod=755 <<'END' /usr/local/bin/start
#!/bin/sh
set -e
echo $$ > /tmp/app.pid
exec node server.js
END
COPY server.js .
RUN chown node:node /app
USER node
CMD ["start"]
