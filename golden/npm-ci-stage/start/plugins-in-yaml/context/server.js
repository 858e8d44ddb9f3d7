const { readFileSync } = require('fs')

for (const [, name] of readFileSync('plugins.yml', 'utf8').matchAll(/- (.+)/g)) require(name)
