require('fs').mkdirSync(process.env.DB_PATH, { recursive: true })
require('http').createServer((q, s) => s.end('ok')).listen(3000)
