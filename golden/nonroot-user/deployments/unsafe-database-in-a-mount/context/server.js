const { PrismaClient } = require('@prisma/client');
const db = new PrismaClient();
require('http').createServer(async (req, res) => {
  await db.visit.create({ data: { url: req.url } });
  res.end();
}).listen(3000);
