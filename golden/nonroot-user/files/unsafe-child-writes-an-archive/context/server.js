const { execFile } = require('child_process')
require('http').createServer((request, response) => {
  execFile('tar', ['-czf', `/snapshot-${Date.now()}.tgz`, 'content'], () => response.end('ok'))
}).listen(3000)
