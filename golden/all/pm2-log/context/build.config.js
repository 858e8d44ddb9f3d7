module.exports = { outDir: "/var/log/app.log" };
