FROM node:20-slim
ENV BUILD_DEPS="python3 \
    # for node-gyp
    make \
    g++"
ENV LATER \
    value
env  lower=case 
LABEL description="An application \
  of two lines"
CMD ["node", "server.js"]
