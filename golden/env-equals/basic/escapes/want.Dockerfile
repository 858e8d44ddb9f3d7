FROM node:20-slim
ENV ONE_WORD=a\ b\$c
ENV DIR C:\Program Files
CMD ["node", "server.js"]
