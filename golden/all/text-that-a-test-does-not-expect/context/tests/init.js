const fs = require('fs')

const dockerfile = fs.readFileSync('Dockerfile', 'utf8')
console.log(dockerfile.includes("WORKDIR /app"))
