const root = __dirname
