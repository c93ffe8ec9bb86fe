exports.price = 5;
