exports.ROOT = 'jobs'
