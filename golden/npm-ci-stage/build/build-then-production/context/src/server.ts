// @ts-nocheck
const http = require('http')
const ms = require('ms')

http.createServer((req: any, res: any) => res.end(ms(process.uptime() * 1000))).listen(3000)
