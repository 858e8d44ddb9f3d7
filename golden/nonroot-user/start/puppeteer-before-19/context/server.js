const puppeteer = require('puppeteer')

require('http').createServer(async (req, res) => {
  const browser = await puppeteer.launch()
  res.end(await browser.version())
  await browser.close()
}).listen(3000)
