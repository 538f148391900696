// SPDX-License-Identifier: Apache-2.0
// The handler of the bench on Deno.serve; with "checked" it also looks at a bearer token, takes from
// a token bucket and sets a run header, which is part of what our full path does.
const port = Number(Deno.args[0]);
const checked = Deno.args[1] === "checked";
const token = Deno.args[2] ?? "";
let bucket = 1e9;
let last = performance.now();
let run = 0;

async function bare(request) {
  const e = await request.json();
  return Response.json({ hello: e.name, n: e.n + 1 });
}

async function withChecks(request) {
  if (request.headers.get("authorization") !== `Bearer ${token}`) {
    return new Response("no", { status: 401 });
  }
  const now = performance.now();
  bucket = Math.min(1e9, bucket + (now - last) * 1e6);
  last = now;
  if (bucket < 1) return new Response("slow down", { status: 429 });
  bucket -= 1;
  const e = await request.json();
  return Response.json(
    { hello: e.name, n: e.n + 1 },
    { headers: { "x-run-id": `run_${++run}`, "ratelimit-remaining": String(Math.floor(bucket)) } },
  );
}

Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, checked ? withChecks : bare);
