const { execFileSync } = require('child_process')

const version = execFileSync('git', ['describe', '--always'], { encoding: 'utf8' })
require('http').createServer((req, res) => res.end(version)).listen(3000)
