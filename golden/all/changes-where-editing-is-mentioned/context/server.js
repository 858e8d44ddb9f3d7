const fs = require('fs')
const path = require('path')

const dir = path.resolve(process.cwd(), 'data')
fs.writeFileSync(path.join(dir, 'containers.json'), '{}')
