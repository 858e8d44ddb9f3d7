const fs = require('fs')
const ts = require('typescript')

fs.mkdirSync(require('../site.json').out, { recursive: true })
fs.writeFileSync('dist/index.js', ts.transpile(fs.readFileSync('src/index.ts', 'utf8')))
