const fs = require('node:fs');
fs.rmSync('uploads', { recursive: true });
fs.mkdirSync('uploads');
