FROM node:20-slim
ARG HOST=localhost
ENV PATH=/app/node_modules/.bin:$PATH
ENV URL=http://${HOST:-127.0.0.1}:3000/a#b
ENV GREETING="hello $HOST, it is ${DAY:-a good day}"
ENV PRICE=$5
CMD ["node", "server.js"]
