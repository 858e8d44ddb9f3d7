require('child_process').execSync('sed -i s/API/$API/ /srv/site/env.js')
require('http').createServer((q, s) => s.end('ok')).listen(3000)
process.on('SIGTERM', () => process.exit())
