FROM node:20-slim
ENV NO_BREAK="a b"
ENV TABS="a	b"
ENV KEY.WITH-DOTS=x
ENV $NAME x
ENV HASH="# is no comment"
CMD ["node", "server.js"]
