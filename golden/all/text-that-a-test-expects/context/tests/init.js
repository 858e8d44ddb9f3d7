const fs = require('fs')

const dockerfile = fs.readFileSync('Dockerfile', 'utf8')
fs.writeFileSync('Dockerfile', dockerfile.replace("ADD package.json", "ADD package.json package-lock.json"))
