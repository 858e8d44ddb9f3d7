const fs = require('fs')
fs.chownSync('package.json', process.getuid(), process.getgid())
require('http').createServer((request, response) => response.end('ok')).listen(3000)
