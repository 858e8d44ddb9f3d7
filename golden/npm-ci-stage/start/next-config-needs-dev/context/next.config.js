const ts = require('typescript')
module.exports = {}
