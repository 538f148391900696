// Answers {"name": "neo", "n": 41} with {"hello": "neo", "n": 42}.
export async function handler(event, ctx) {
  const { name, n } = event.data;
  ctx.log.info("hello", { name });
  return { hello: name, n: n + 1 };
}
