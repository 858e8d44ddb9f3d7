const { LISTEN = '0.0.0.0:3000' } = process.env

require('http').createServer((req, res) => res.end('x')).listen(LISTEN.split(':')[1], LISTEN.split(':')[0])
