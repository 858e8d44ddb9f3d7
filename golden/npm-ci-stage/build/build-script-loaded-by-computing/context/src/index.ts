import ms from 'ms'

console.log(ms(1000))

export const load = (name) => import(name)
