import ms from 'ms'

console.log(ms(1000))

if (process.env.WATCH) require('../tools/make')
