const { fork } = require('child_process')

fork(require.resolve('pino/lib/worker.js'))
require('http').createServer((request, response) => response.end('ok')).listen(3000)
