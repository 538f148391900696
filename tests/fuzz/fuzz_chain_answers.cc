// SPDX-License-Identifier: Apache-2.0
//
// What a node says of scripts and transactions, as any text. What is accepted is within bounds: one
// of two states, no negative number, no transfer of a transaction that faulted, parties that are
// addresses or nobody.
#include <boost/json/value.hpp>

#include "base/json.h"
#include "chain/submit_json.h"
#include "neo/script_hash.h"

namespace {

constexpr std::string_view kHash =
    "0x6b1cfb0f7a6e5d4c3b2a190807060504030201000f0e0d0c0b0a090807060504";

void CheckState(const std::string& state) { NSL_CHECK(state == "HALT" || state == "FAULT"); }

void CheckParty(const std::string& party) {
  NSL_CHECK(party.empty() || nsl::neo::ScriptHashFromAddress(party).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto value = nsl::ParseJson(text, {.bytes = 1 << 20, .depth = 64});
  if (!value) return 0;
  if (auto run = nsl::chain::TestRunFromJson(*value)) {
    CheckState(run->state);
    NSL_CHECK(run->gas_consumed >= 0 && !run->script.empty());
  }
  if (auto log = nsl::chain::LogFromJson(*value, kHash)) {
    CheckState(log->vm_state);
    NSL_CHECK(log->vm_state == "HALT" || log->transfers.empty());
    for (const auto& transfer : log->transfers) {
      CheckParty(transfer.from);
      CheckParty(transfer.to);
    }
  }
  if (auto top = nsl::chain::TopInteger(*value)) NSL_CHECK(*top >= 0);
  (void)nsl::chain::BlockHolds(*value, 105, kHash);
  return 0;
}
