module.exports = { preset: 'typescript' }
