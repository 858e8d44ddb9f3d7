require('ms')
require('./load')(['typescript'])
