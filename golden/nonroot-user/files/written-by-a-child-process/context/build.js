const fs = require('node:fs');
fs.mkdirSync('dist/reports', { recursive: true });
fs.writeFileSync('dist/index.html', 'shop');
