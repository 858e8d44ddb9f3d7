const { socket } = require('./settings.json')
require('http').createServer((request, response) => response.end('ok')).listen({ path: socket })
