FROM node:20-slim
RUN apt-get update \
# the fonts of the reports
	&& apt-get install -y --no-install-recommends \
        fonts-liberation \
# and their tools

	  fontconfig \ 	
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", \
# the entry
     "server.js"]
