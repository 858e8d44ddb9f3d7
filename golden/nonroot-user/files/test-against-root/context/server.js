if (process.getuid() === 0) {
  console.error('must not be root')
  if (process.env.NODE_ENV === 'strict') process.exit(1)
}
require('http').createServer((request, response) => response.end('ok')).listen(3000)
