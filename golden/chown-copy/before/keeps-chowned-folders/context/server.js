require('fs').appendFileSync('log/access.log', ''); require('fs').writeFileSync(process.env.OUT, '')
