FROM node:20-slim
ENV EMPTY=""
ENV GREETING="hello world"
ENV SINGLE='costs $5'
ENV FLAGS "--a" '--b "c"'
ENV MIXED "$HOME" and more
CMD ["node", "server.js"]
