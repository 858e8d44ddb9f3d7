module.exports = { apps: [{ name: "app", script: "app.js", out_file: "/var/log/app.log" }] };
