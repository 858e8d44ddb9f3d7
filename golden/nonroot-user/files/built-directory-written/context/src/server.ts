import { mkdirSync, appendFileSync } from 'fs'
import { join } from 'path'
import { createServer } from 'http'

const logs = join(__dirname, 'logs')
mkdirSync(logs, { recursive: true })
createServer((request, response) => {
  appendFileSync(join(logs, 'access.log'), request.url + '\n')
  response.end('ok')
}).listen(3000)
