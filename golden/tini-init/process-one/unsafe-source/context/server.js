const { host } = require('./lib/env');
