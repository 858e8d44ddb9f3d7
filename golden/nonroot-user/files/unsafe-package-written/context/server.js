const fs = require('fs')
fs.writeFileSync('node_modules/geo/data/cities.json', '[]')
require('http').createServer((request, response) => response.end('ok')).listen(3000)
