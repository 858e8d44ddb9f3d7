require('fs').mkdirSync('cache/pages', { recursive: true })
