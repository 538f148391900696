// Height of the chain and GAS balance of one address, read from a Neo N3 node.
//
// Amounts are integers in the smallest unit (datoshi, 10^-8 GAS) as strings: they do not fit into
// a JavaScript number.
export async function handler(event, ctx) {
  const address = event.data?.address;
  if (typeof address !== "string") {
    throw new TypeError("data.address must be a Neo address");
  }
  const height = await ctx.chain.height();
  const gas = await ctx.chain.balanceOf("GAS", address);
  ctx.log.info("balance read", { address, height, amount: gas.amount });
  return { address, height, gas: decimal(gas.amount, gas.decimals), datoshi: gas.amount };
}

// "5200000000000000" with 8 decimals is "52000000".
function decimal(amount, decimals) {
  const digits = amount.padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
