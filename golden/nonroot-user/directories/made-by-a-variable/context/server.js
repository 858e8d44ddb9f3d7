const fs = require('fs')

fs.writeFileSync(process.env.DATA_DIR + '/today', '')
