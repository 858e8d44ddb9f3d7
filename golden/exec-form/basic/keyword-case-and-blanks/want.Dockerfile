from node:20-slim
workdir /app
copy . .
expose 3000
  cmd   ["node", "dist/main.js"]  
