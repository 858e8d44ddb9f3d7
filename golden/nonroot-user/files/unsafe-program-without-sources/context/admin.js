console.log('counts the users')
