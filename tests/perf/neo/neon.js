// SPDX-License-Identifier: Apache-2.0
// neon-core on the material of nsl-bench-neo: node neon.js FILE MILLISECONDS
const fs = require("node:fs");
const { tx, u, wallet } = require("@cityofzion/neon-core");

const given = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const time = Number(process.argv[3]);
const data = u.num2hexstring(given.magic, 4, true) + given.id;

function measure(work) {
  let proof = work();
  let count = 0;
  let batch = 1;
  const begin = process.hrtime.bigint();
  let took = 0;
  while (took < time * 1e6) {
    for (let i = 0; i < batch; i++) proof = work();
    count += batch;
    took = Number(process.hrtime.bigint() - begin);
    if (took < (time * 1e6) / 16) batch *= 2;
  }
  return { ns: took / count, proof };
}

console.log(
  JSON.stringify({
    sign: measure(() => wallet.sign(data, given.key)),
    verify: measure(() => (wallet.verify(data, given.signature, given.publicKey) ? "good" : "bad")),
    transaction: measure(() => "0x" + tx.Transaction.deserialize(given.transaction).hash()),
    base58: measure(() =>
      wallet.getAddressFromScriptHash(wallet.getScriptHashFromAddress(given.address), 0x35),
    ),
  }),
);
