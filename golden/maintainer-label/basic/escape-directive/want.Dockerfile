# escape=`
FROM node:20-slim
LABEL org.opencontainers.image.authors="DOMAIN\jo ``the `"builder`""
CMD ["node", "server.js"]
