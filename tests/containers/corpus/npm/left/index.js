module.exports = 'left';
