// SPDX-License-Identifier: Apache-2.0
// The handler of the bench on Node's http module.
const http = require("node:http");
http
  .createServer((req, res) => {
    const chunks = [];
    req.on("data", (c) => chunks.push(c));
    req.on("end", () => {
      const e = JSON.parse(Buffer.concat(chunks).toString());
      const body = JSON.stringify({ hello: e.name, n: e.n + 1 });
      res.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      res.end(body);
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
