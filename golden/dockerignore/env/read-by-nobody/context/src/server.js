// With dotenv, settings could come from a file.
require('express')().listen(3000);
