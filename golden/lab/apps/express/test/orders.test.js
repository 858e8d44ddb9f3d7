const test = require("node:test");
const assert = require("node:assert");
test("orders is a router", () => assert.equal(typeof require("../routes/orders"), "function"));
