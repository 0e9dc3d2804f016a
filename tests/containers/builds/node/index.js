const greeting = require("greeting");
console.log(greeting(`Node.js ${process.versions.node.split(".")[0] > 10 ? "runs" : "is old"}`));
