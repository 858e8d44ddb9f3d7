if (process.argv.length > 2) process.exit(2);
