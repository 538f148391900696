// SPDX-License-Identifier: Apache-2.0
//
// Blocks and headers.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/clock.h"
#include "neo_views.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;

std::string TimeText(uint64_t ms) {
  // The end of year 9999; a header may carry any number.
  constexpr uint64_t kLast = 253'402'300'799'999;
  return ms > kLast ? std::to_string(ms) + " ms" : ToRfc3339(static_cast<UnixMillis>(ms));
}

std::string NonceText(uint64_t nonce) {
  Bytes big;
  for (int shift = 56; shift >= 0; shift -= 8) big.push_back(static_cast<uint8_t>(nonce >> shift));
  return "0x" + ToHex(big);
}

}  // namespace

void ShowBlock(Terminal& term, const neo::Block& block, size_t size, bool alone) {
  const neo::BlockHeader& h = block.header;
  std::string count = std::to_string(block.transactions.size());
  term.Table({"FIELD", "VALUE"},
             {{"hash", neo::ToText(neo::BlockHash(h))},
              {"index", std::to_string(h.index)},
              {"size", std::to_string(size) + " bytes"},
              {"version", "0"},
              {"time", TimeText(h.timestamp_ms)},
              {"nonce", NonceText(h.nonce)},
              {"primary", std::to_string(h.primary)},
              {"previous", neo::ToText(h.previous)},
              {"merkle root", neo::ToText(h.merkle_root)},
              {"merkle check",
               alone ? "not possible: a header alone" : "good: the transactions give the root"},
              {"next consensus", AccountText(h.next_consensus)},
              {"witness", std::to_string(h.witness.invocation.size()) + " bytes of invocation, " +
                              std::to_string(h.witness.verification.size()) +
                              " of verification; not judged"},
              {"transactions", alone ? "not given" : count}});
  if (block.transactions.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const auto& tx : block.transactions) {
    rows.push_back({std::to_string(rows.size()), neo::ToText(neo::TransactionHash(tx)),
                    std::to_string(neo::SizeOf(tx)), neo::ToAddress(tx.signers.front().account)});
  }
  term.Line();
  term.Table({"TX", "TXID", "BYTES", "SENDER"}, rows);
}

json::object BlockJson(const neo::Block& block, size_t size, bool alone) {
  const neo::BlockHeader& h = block.header;
  json::object out{{"hash", neo::ToText(neo::BlockHash(h))},
                   {"index", h.index},
                   {"size", size},
                   {"version", 0},
                   {"timestampMs", std::to_string(h.timestamp_ms)},
                   {"nonce", NonceText(h.nonce)},
                   {"primary", h.primary},
                   {"previous", neo::ToText(h.previous)},
                   {"merkleRoot", neo::ToText(h.merkle_root)},
                   {"merkleGood", nullptr},
                   {"nextConsensus", neo::ToAddress(h.next_consensus)},
                   {"witness", json::object{{"invocation", ToBase64(h.witness.invocation)},
                                            {"verification", ToBase64(h.witness.verification)}}},
                   {"transactions", nullptr}};
  if (alone) return out;
  json::array ids;
  for (const auto& tx : block.transactions) {
    ids.push_back(json::value(neo::ToText(neo::TransactionHash(tx))));
  }
  out["merkleGood"] = true;
  out["transactions"] = std::move(ids);
  return out;
}

}  // namespace nsl::cli
