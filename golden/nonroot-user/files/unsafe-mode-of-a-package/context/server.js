const fs = require('fs')
const ffmpeg = require('ffmpeg-static')

fs.chmodSync(ffmpeg, 0o755)
require('http').createServer((request, response) => response.end('ok')).listen(3000)
