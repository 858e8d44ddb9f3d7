setInterval(() => console.log("done"), 1000);
