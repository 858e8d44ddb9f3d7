const multer = require('multer')
const path = require('path')
const express = require('express')

const storage = multer.diskStorage({
  destination: (request, file, callback) => callback(null, path.join(__dirname, 'uploads')),
  filename: (request, file, callback) => callback(null, '/' + file.originalname)
})
express().post('/', multer({ storage }).single('file')).listen(3000)
