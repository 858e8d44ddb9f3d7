const { chown, writeFile } = require('node:fs/promises')
require('http').createServer(async (request, response) => {
  await writeFile('/tmp/upload', 'x')
  await chown('/tmp/upload', 33, 33)
  response.end('ok')
}).listen(3000)
