require('child_process')
