const assert = require("node:assert");
const test = require("node:test");
const greeting = require("./index.js");

test("greets", () => assert.match(greeting("x"), /^x on /));
