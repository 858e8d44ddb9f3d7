const fs = require('fs')
const path = require('path')

const { OUTBOX: outbox = 'outbox' } = process.env
fs.mkdirSync(outbox, { recursive: true })
require('http').createServer((request, response) => {
  request.pipe(fs.createWriteStream(path.join(outbox, Date.now() + '.txt'))).on('finish', () => response.end('ok'))
}).listen(3000)
