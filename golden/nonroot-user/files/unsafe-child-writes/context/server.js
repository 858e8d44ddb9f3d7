const { exec } = require('child_process')
require('http').createServer((request, response) => {
  exec(`echo ${Date.now()} >> /var/log/hits.log`)
  response.end('ok')
}).listen(3000)
