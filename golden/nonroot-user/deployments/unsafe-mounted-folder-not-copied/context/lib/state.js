require('fs').writeFileSync(process.env.STATE, 'x')
