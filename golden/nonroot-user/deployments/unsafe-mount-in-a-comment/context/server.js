const upload = require('multer')({ dest: 'uploads/' });
require('express')().post('/', upload.single('file'), (req, res) => res.end()).listen(3000);
