const fs = require('fs')

require('http').createServer((req, res) => { fs.writeFileSync('/cache/last', req.url); res.end('x') }).listen(3000)
