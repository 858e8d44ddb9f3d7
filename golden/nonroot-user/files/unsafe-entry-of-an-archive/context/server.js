const fs = require('fs');

const countries = fs.readFileSync('/opt/geo/countries.csv', 'utf8');
require('http').createServer((request, response) => response.end(countries)).listen(3000);
