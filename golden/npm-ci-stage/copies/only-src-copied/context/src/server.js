import http from 'node:http'
import ms from 'ms'

http.createServer((req, res) => res.end(ms(process.uptime() * 1000))).listen(3000)
