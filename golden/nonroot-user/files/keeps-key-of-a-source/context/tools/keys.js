const fs = require('fs')
const { privateKey } = require('crypto').generateKeyPairSync('ed25519')
fs.writeFileSync('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
