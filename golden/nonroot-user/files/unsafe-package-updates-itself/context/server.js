const { fork } = require('child_process')

setInterval(() => fork(require.resolve('geoip-lite/scripts/updatedb.js')), 86400000)
require('http').createServer((request, response) => response.end('ok')).listen(3000)
