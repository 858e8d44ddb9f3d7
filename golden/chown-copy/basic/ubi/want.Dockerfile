FROM registry.access.redhat.com/ubi9/nodejs-20
COPY --chown=1001:0 package*.json ./
RUN npm ci --omit=dev
COPY --chown=1001:0 . .
CMD ["npm", "start"]
