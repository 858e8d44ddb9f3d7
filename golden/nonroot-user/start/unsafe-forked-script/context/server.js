const { fork: start } = require('child_process'), path = require('path')
require('http').createServer((q, s) => s.end('ok')).listen(3000)
process.on('SIGTERM', () => process.exit())
start(path.join(__dirname, 'scripts', 'worker.js'))
