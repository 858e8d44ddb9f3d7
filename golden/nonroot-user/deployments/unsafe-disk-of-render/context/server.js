require('http').createServer((q, s) => s.end('ok')).listen(3000)
process.on('SIGTERM', () => process.exit())
