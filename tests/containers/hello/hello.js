console.log(`Hello from Node.js on ${process.arch}`);
