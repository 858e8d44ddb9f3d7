console.log("[]")
