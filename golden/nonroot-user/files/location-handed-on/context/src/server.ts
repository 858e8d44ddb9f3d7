import multer from 'multer'
import { createServer } from 'http'
import { here } from './paths'

const upload = multer({ dest: here('incoming') })
createServer((request, response) => upload.any()(request, response, () => response.end('ok'))).listen(3000)
