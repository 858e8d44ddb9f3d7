require('typescript')
