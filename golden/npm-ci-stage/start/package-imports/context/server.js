const ts = require('#compiler')

console.log(ts.version)
