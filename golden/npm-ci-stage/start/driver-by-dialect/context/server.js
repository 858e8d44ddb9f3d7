const orm = require('orm')
orm.connect({ type: 'sqljs' })
