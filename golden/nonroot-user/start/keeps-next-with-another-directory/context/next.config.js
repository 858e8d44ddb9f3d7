module.exports = { distDir: "build" };
