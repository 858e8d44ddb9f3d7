import { mkdirSync, writeFileSync } from 'fs'
import { createServer } from 'http'

mkdirSync('uploads', { recursive: true })
createServer((request, response) => {
  writeFileSync('uploads/last', String(request.url))
  response.end('ok')
}).listen(3000)
