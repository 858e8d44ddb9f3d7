const save = require('./save')

const { CHROMIUM, SIGNER, PLUGINS, API_PREFIX, STATIONERY, DRAFTS } = process.env
console.log(CHROMIUM, SIGNER, PLUGINS, API_PREFIX, STATIONERY)
require('http').createServer((request, response) => {
  save(DRAFTS + '/' + Date.now(), request.url)
  response.end('ok')
}).listen(3000)
