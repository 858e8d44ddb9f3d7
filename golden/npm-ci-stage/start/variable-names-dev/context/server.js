for (const name of process.env.PLUGINS.split(',')) require(name)
