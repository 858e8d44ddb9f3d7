# escape=\
FROM node:20-slim
WORKDIR /app
copy	--chmod=644 --from=node:20 --chown=node:node 	a.json	./
COPY --chown=node:node store.js /app/
USER	node
CMD ["node", "server.js"]
