// SPDX-License-Identifier: Apache-2.0
#include "neo/block_json.h"

#include <charconv>
#include <limits>

#include "neo/json_fields.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

// Sixteen hexadecimal digits, upper case on every node.
uint64_t Nonce(JsonFields& f) {
  std::string text = f.Text("nonce");
  uint64_t out = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, out, 16);
  if (text.size() != 16 || error != std::errc() || stop != end) {
    f.Refuse("nonce", "16 hexadecimal digits are expected");
  }
  return out;
}

BlockHeader ReadFields(JsonFields& f) {
  BlockHeader h;
  f.Number("version", 0);
  h.previous = f.Take("previousblockhash", Uint256FromText(f.Text("previousblockhash")));
  h.merkle_root = f.Take("merkleroot", Uint256FromText(f.Text("merkleroot")));
  h.timestamp_ms = static_cast<uint64_t>(f.Number("time", std::numeric_limits<int64_t>::max()));
  h.nonce = Nonce(f);
  h.index = static_cast<uint32_t>(f.Number("index", 0xffff'ffff));
  h.primary = static_cast<uint8_t>(f.Number("primary", 0xff));
  h.next_consensus = f.Take("nextconsensus", ParseAccount(f.Text("nextconsensus")));
  size_t witnesses = 0;
  f.List("witnesses", 1, [&](const json::value& v, auto& at) -> Status {
    NSL_TRY(h.witness, WitnessFromJson(v, at));
    ++witnesses;
    return {};
  });
  if (witnesses != 1) f.Refuse("witnesses", "one is needed");
  return h;
}

// Reads over what a node adds about its chain.
void CheckHash(JsonFields& f, const BlockHeader& h) {
  Uint256 hash = f.Take("hash", Uint256FromText(f.Text("hash")));
  if (hash != BlockHash(h)) f.Refuse("hash", "it is " + ToText(BlockHash(h)));
  for (std::string_view name : {"size", "confirmations", "nextblockhash"}) f.Any(name, false);
}

}  // namespace

Result<BlockHeader> HeaderFromJson(const json::value& v) {
  JsonFields f(v, "");
  BlockHeader out = ReadFields(f);
  if (f.ok()) CheckHash(f, out);
  NSL_TRY_VOID(f.Finish());
  return out;
}

Result<Block> BlockFromJson(const json::value& v) {
  JsonFields f(v, "");
  Block out;
  out.header = ReadFields(f);
  f.List("tx", kMaxBlockTransactions, [&](const json::value& one, auto& at) -> Status {
    NSL_TRY(Transaction tx, TransactionFromJson(one, at));
    out.transactions.push_back(std::move(tx));
    return {};
  });
  if (f.ok()) CheckHash(f, out.header);
  NSL_TRY_VOID(f.Finish());
  // The rules that look at all transactions are those of decoding.
  Writer w;
  Write(w, out);
  return DecodeBlock(w.view());
}

}  // namespace nsl::neo
