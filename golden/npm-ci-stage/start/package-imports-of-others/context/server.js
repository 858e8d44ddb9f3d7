const ms = require('#time')

console.log(ms(1000))
