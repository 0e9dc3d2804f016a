module.exports = 'right';
