const http = require('http')
const ms = require('ms')

http.createServer((req, res) => res.end(ms(process.uptime() * 1000))).listen(3000)
