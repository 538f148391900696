// SPDX-License-Identifier: Apache-2.0
// Answers of neon-core, one JSON question per line of stdin, one answer per line of stdout.
const readline = require("node:readline");
const { sc, tx, u, wallet } = require("@cityofzion/neon-core");

const prefixed = (hash) => "0x" + hash;

function account(script) {
  const hash = wallet.getScriptHashFromVerificationScript(script);
  return {
    script,
    scriptHash: prefixed(hash),
    address: wallet.getAddressFromScriptHash(hash, 0x35),
  };
}

// Its JSON keeps hashes without 0x; base64 of a ByteArray is taken and given as it is.
const parameter = (json) => sc.ContractParam.fromJson(json);

// The same value in the spelling of nodes: hashes with 0x, null without a value.
function spelled(json) {
  if (json.type.startsWith("Hash")) return { type: json.type, value: prefixed(json.value) };
  if (json.type === "Any" && json.value === null) return { type: "Any" };
  if (json.type === "Array") return { type: "Array", value: json.value.map(spelled) };
  if (json.type !== "Map") return json;
  const pair = (e) => ({ key: spelled(e.key), value: spelled(e.value) });
  return { type: "Map", value: json.value.map(pair) };
}

const answers = {
  account(q) {
    const publicKey = wallet.getPublicKeyFromPrivateKey(q.key);
    return {
      publicKey,
      wif: wallet.getWIFFromPrivateKey(q.key),
      ...account(wallet.getVerificationScriptFromPublicKey(publicKey)),
    };
  },
  wif: (q) => ({ key: wallet.getPrivateKeyFromWIF(q.wif) }),
  address: (q) => ({ scriptHash: prefixed(wallet.getScriptHashFromAddress(q.address)) }),
  // The keys come in order: it does not sort.
  multisig: (q) => account(wallet.constructMultiSigVerificationScript(q.m, q.keys)),
  script(q) {
    const builder = new sc.ScriptBuilder();
    builder.emitAppCall(q.contract, q.method, q.parameters.map(parameter), q.flags);
    return { script: builder.build() };
  },
  parameter: (q) => ({ parameters: q.parameters.map((p) => spelled(parameter(p).toJson())) }),
  transaction(q) {
    const made = tx.Transaction.fromJson(q.tx);
    const raw = made.serialize(true);
    // Read again, so that its reader is judged, too.
    const hash = tx.Transaction.deserialize(raw).hash();
    return {
      raw,
      hash: prefixed(hash),
      signed: u.num2hexstring(q.magic, 4, true) + u.reverseHex(hash),
      size: made.size,
    };
  },
  sign: (q) => ({ signature: wallet.sign(q.data, q.key) }),
  verify: (q) => ({ good: wallet.verify(q.data, q.signature, q.publicKey) }),
  nef(q) {
    const nef = new sc.NEF({
      compiler: q.compiler,
      source: q.source,
      script: q.script,
      tokens: q.tokens.map((t) => ({
        hash: t.hash.slice(2),
        method: t.method,
        parametersCount: t.parameters,
        hasReturnValue: t.returns,
        callFlags: t.flags,
      })),
    });
    return { raw: nef.serialize(), checksum: nef.checksum };
  },
  fee: (q) => ({ fee: sc.calculateExecutionFee(q.run, q.factor).toString() }),
  nep2: async (q) => ({ nep2: await wallet.encrypt(q.key, q.passphrase) }),
};

async function answer(line) {
  const question = JSON.parse(line);
  try {
    return { answer: await answers[question.kind](question) };
  } catch (error) {
    return { refused: String(error.message ?? error) };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line)) + "\n");
  }
}

main();
