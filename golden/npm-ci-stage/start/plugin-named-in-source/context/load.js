module.exports = names => names.map(n => require(n))
