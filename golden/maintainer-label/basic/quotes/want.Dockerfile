FROM node:20-slim AS build
label org.opencontainers.image.authors="The shop team <shop@example.com>"

FROM node:20-slim
LABEL org.opencontainers.image.authors="The \"\\builder\" team, \$5 an hour, it's \${CHEAP}"
CMD ["node", "server.js"]
