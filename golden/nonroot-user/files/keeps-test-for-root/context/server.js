if (process.geteuid?.() !== 0) {
  console.error('must be root')
  process.exit(1)
}
require('http').createServer((request, response) => response.end('ok')).listen(3000)
