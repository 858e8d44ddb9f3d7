require('fs').chownSync('/srv', 33, 33)
