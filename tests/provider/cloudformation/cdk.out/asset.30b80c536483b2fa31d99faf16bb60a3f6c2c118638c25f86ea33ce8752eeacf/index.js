exports.handler = async () => "shop";
