// SPDX-License-Identifier: Apache-2.0
// The page at /docs. It reads /v1/openapi.json of its own origin and builds everything with
// textContent, so nothing in the document can become markup.
#include "crypto/hash.h"
#include "gateway/openapi.h"

namespace nsl::gateway {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#00a86b}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem;text-transform:capitalize}
header p{margin:.25rem 0 1rem;opacity:.75}
input{width:100%;padding:.6rem .8rem;font:inherit;border:1px solid var(--line);border-radius:.4rem;
background:transparent;color:inherit;position:sticky;top:.5rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0}
summary{cursor:pointer;padding:.5rem .8rem;display:flex;gap:.7rem;align-items:baseline;flex-wrap:wrap}
summary::-webkit-details-marker{display:none}
.verb{font:700 .75rem ui-monospace,monospace;min-width:3.6rem;color:var(--accent)}
.path{font:.9rem ui-monospace,monospace;word-break:break-all}.note{opacity:.7;font-size:.9rem}
.body{padding:0 .8rem .8rem;border-top:1px solid var(--line)}
h3{font-size:.85rem;margin:1rem 0 .3rem;opacity:.75}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{text-align:left;padding:.25rem .5rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
pre{background:var(--soft);padding:.7rem;border-radius:.4rem;overflow:auto;margin:.3rem 0;font-size:.85rem}
)css";

constexpr std::string_view kScript = R"js(
"use strict";
const make = (tag, text, cls) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
};
const typeOf = (s) => {
  if (!s || Object.keys(s).length === 0) return "any JSON value";
  if (s.enum) return s.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (s.type === "array") return typeOf(s.items) + "[]";
  if (s.contentEncoding) return s.contentEncoding + " text";
  return s.type || "any";
};
const sample = (s, depth = 0) => {
  if (!s || depth > 6) return null;
  if (s.enum) return s.enum[0];
  if (s.type === "object") {
    const out = {};
    for (const [name, part] of Object.entries(s.properties || {})) out[name] = sample(part, depth + 1);
    return out;
  }
  if (s.type === "array") return [sample(s.items, depth + 1)];
  if (s.type === "integer" || s.type === "number") return 0;
  if (s.type === "boolean") return false;
  return s.type === "string" ? "" : null;
};
const table = (rows) => {
  const t = make("table");
  for (const row of rows) {
    const tr = make("tr");
    for (const cell of row) tr.append(make("td", cell));
    t.append(tr);
  }
  return t;
};
const fields = (schema, prefix = "") => {
  const rows = [];
  const needed = new Set(schema.required || []);
  for (const [name, part] of Object.entries(schema.properties || {})) {
    rows.push([prefix + name, typeOf(part), needed.has(name) ? "required" : "optional"]);
    const inner = part.type === "array" ? part.items : part;
    if (inner && inner.properties && prefix.length < 60) {
      rows.push(...fields(inner, prefix + name + (part.type === "array" ? "[]." : ".")));
    }
  }
  return rows;
};
const curl = (verb, path, op) => {
  let line = "curl";
  if (verb !== "GET") line += " -X " + verb;
  line += " '" + location.origin + path.replace(/\{(\w+)\}/g, (_, n) => "$" + n.toUpperCase()) + "'";
  line = line.replace(/'([^']*\$[^']*)'/, '"$1"');
  if ((op.security || []).length) line += ' \\\n  -H "Authorization: Bearer $NSL_TOKEN"';
  const body = op.requestBody && op.requestBody.content["application/json"].schema;
  if (body) {
    line += " \\\n  -H 'Content-Type: application/json' \\\n  -d '" + JSON.stringify(sample(body)) + "'";
  }
  return line;
};
const show = (verb, path, op) => {
  const box = make("details");
  box.id = op.operationId;
  const head = make("summary");
  head.append(make("span", verb, "verb"), make("span", path, "path"), make("span", op.summary, "note"));
  const body = make("div", undefined, "body");
  if (op["x-nsl-scope"]) body.append(make("p", "Scope: " + op["x-nsl-scope"] + ". " + (op.description || ""), "note"));
  if (op.parameters) {
    body.append(make("h3", "Parameters"));
    body.append(table(op.parameters.map((p) => [p.name, p.in, typeOf(p.schema), p.required ? "required" : "optional"])));
  }
  const request = op.requestBody && op.requestBody.content["application/json"].schema;
  if (request) body.append(make("h3", "Body"), request.properties ? table(fields(request)) : make("p", typeOf(request)));
  for (const [status, response] of Object.entries(op.responses)) {
    if (status === "default") continue;
    body.append(make("h3", "Answer " + status));
    const media = Object.values(response.content || {})[0];
    if (media && media.schema.properties) body.append(table(fields(media.schema)));
    else body.append(make("p", media ? typeOf(media.schema) : "no body", "note"));
  }
  body.append(make("h3", "Example"), make("pre", curl(verb, path, op)));
  box.append(head, body);
  box.dataset.text = [verb, path, op.operationId, op.summary, op["x-nsl-scope"] || ""].join(" ").toLowerCase();
  return box;
};
const start = async () => {
  const main = document.querySelector("main");
  const answer = await fetch("/v1/openapi.json");
  if (!answer.ok) throw new Error("the document answered " + answer.status);
  const doc = await answer.json();
  document.querySelector("h1").textContent = doc.info.title + " API " + doc.info.version;
  const groups = new Map();
  for (const [path, verbs] of Object.entries(doc.paths)) {
    for (const [verb, op] of Object.entries(verbs)) {
      const tag = op.tags[0];
      if (!groups.has(tag)) groups.set(tag, make("section"));
      const group = groups.get(tag);
      if (!group.firstChild) group.append(make("h2", tag));
      group.append(show(verb.toUpperCase(), path, op));
    }
  }
  main.replaceChildren(...groups.values());
  document.querySelector("input").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of groups.values()) {
      let any = false;
      for (const box of group.querySelectorAll("details")) {
        box.hidden = !words.every((w) => box.dataset.text.includes(w));
        any = any || !box.hidden;
      }
      group.hidden = !any;
    }
  });
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
};
start().catch((error) => { document.querySelector("main").textContent = "Cannot show the API: " + error.message; });
)js";

std::string HashSource(std::string_view text) {
  return "'sha256-" + ToBase64(crypto::Sha256(AsBytes(text))) + "'";
}

}  // namespace

DocsPage MakeDocsPage() {
  DocsPage page;
  page.html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>Neo Service Layer API</title><style>";
  page.html += kStyle;
  page.html +=
      "</style></head><body><header><h1>Neo Service Layer API</h1>"
      "<p>Errors are application/problem+json with a stable reason. The document itself is "
      "<a href=\"/v1/openapi.json\">/v1/openapi.json</a>.</p>"
      "<input type=\"search\" placeholder=\"Search: verb, path, name, scope\" "
      "aria-label=\"Search operations\" autofocus></header><main>Loading…</main><script>";
  page.html += kScript;
  page.html += "</script></body></html>\n";
  page.content_security_policy = "default-src 'none'; connect-src 'self'; style-src " +
                                 HashSource(kStyle) + "; script-src " + HashSource(kScript) +
                                 "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return page;
}

}  // namespace nsl::gateway
