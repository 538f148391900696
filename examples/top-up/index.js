// SPDX-License-Identifier: Apache-2.0
// Tops an address up to a target GAS balance.
//
//   nsl invoke top-up --data '{"address": "N..."}'
//
// The wallet pays only what a policy of the project allows this function: see the README.
export async function handler(event, ctx) {
  const { address } = event.data ?? {};
  if (typeof address !== "string") {
    throw new TypeError('call it with {"address": "N..."}');
  }
  const target = BigInt(ctx.env.TARGET);
  const balance = BigInt((await ctx.chain.balanceOf("GAS", address)).amount);
  if (balance >= target) {
    return { address, balance: String(balance), sent: "0" };
  }
  const missing = target - balance;
  const signed = await ctx.tx.send({ wallet: ctx.env.WALLET, to: address, amount: missing });
  ctx.log.info("sent", { transaction: signed.id, hash: signed.hash, datoshi: String(missing) });
  const tx = await ctx.tx.wait(signed.id);
  if (!tx.succeeded) {
    throw new Error(`the transfer ended as ${tx.state} ${tx.vmState ?? ""}: ${tx.exception ?? ""}`);
  }
  return { address, sent: String(missing), hash: tx.hash, block: tx.block };
}
