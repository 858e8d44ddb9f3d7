const fs = require('fs')
fs.writeFileSync('pages/last.html', '<p>')
require('http').createServer((request, response) => response.end('ok')).listen(3000)
