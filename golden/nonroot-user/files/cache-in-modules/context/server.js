const fs = require('fs')
fs.mkdirSync('node_modules/.cache/views', { recursive: true })
fs.writeFileSync('node_modules/.cache/views/index', 'x')
require('http').createServer((request, response) => response.end('ok')).listen(3000)
