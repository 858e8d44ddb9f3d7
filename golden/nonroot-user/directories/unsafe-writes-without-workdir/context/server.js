const { appendFileSync } = require('fs')

require('http').createServer((req, res) => {
  appendFileSync('access.log', req.url + '\n')
  res.end()
}).listen(3000)
