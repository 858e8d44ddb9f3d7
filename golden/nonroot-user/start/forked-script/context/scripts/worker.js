const fs = require('fs'), { ROOT } = require('../lib/places')
fs.mkdirSync(ROOT, { recursive: true })
