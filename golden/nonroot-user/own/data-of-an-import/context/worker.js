const fs = require('node:fs');
setInterval(() => fs.writeFileSync('reports/last.txt', String(Date.now())), 1000);
