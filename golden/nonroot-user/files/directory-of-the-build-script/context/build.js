const fs = require('fs')
fs.mkdirSync('pages')
fs.writeFileSync('pages/index.html', '<p>')
