const root = process.env.PWD
