module.exports = (what) => `${what} on ${process.arch}`;
