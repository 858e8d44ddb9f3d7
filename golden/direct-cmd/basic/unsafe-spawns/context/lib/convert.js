const { execFile } = require('child_process')
