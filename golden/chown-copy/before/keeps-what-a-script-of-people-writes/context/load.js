const fs = require('node:fs');
fs.writeFileSync('templates/a.html', 'b');
