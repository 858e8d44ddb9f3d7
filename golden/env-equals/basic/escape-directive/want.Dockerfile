# escape=`
FROM node:20-slim
ENV DIR="C:\Program Files\node"
ENV HOME_DIR=C:\app
ENV MARK a`b c
CMD ["node", "server.js"]
