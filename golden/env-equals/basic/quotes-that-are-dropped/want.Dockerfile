FROM node:20-alpine
ENV SETTINGS {"a": "b c"}
LABEL note say "hello" twice
ENV WHOLE="hello world"
CMD ["node", "server.js"]
