const { exec, execFile } = require('child_process')
require('http').createServer((request, response) => {
  exec(`echo ${Date.now()} >> hits.log`)
  execFile('tar', ['-czf', '/tmp/snapshot.tgz', 'content'], () => response.end('ok'))
}).listen(3000)
