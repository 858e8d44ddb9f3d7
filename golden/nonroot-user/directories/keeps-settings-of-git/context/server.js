require('http').createServer((q, s) => s.end('ok')).listen(3000)
process.on('SIGTERM', () => process.exit())
require('child_process').execFile('git', ['commit', '-m', 'x'], { cwd: '/tmp/wiki' })
