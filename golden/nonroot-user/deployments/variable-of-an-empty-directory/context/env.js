module.exports = (name) => process.env['LETTERS_' + name.toUpperCase()] || name
