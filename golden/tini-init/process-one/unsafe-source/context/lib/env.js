// In a container the server listens on all addresses.
const inContainer = process.pid === 1;

module.exports = { host: inContainer ? '0.0.0.0' : '127.0.0.1' };
