exports.ROOT = '/jobs'
