const { Sequelize } = require("sequelize");
new Sequelize({ dialect: "sqlite", storage: "app.db" });
