const ts = require('typescript')
