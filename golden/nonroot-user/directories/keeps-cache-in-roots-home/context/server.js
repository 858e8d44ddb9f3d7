const { readFileSync } = require('fs')
const weights = readFileSync(require('os').homedir() + '/.cache/model/w.bin')
require('http').createServer((q, s) => s.end('ok')).listen(3000)
process.on('SIGTERM', () => process.exit())
