// SPDX-License-Identifier: Apache-2.0
#include "chain/submit_json.h"

#include <boost/json.hpp>
#include <charconv>

#include "neo/script_hash.h"
#include "neo/stack_item.h"

namespace nsl::chain {
namespace {

namespace json = boost::json;

constexpr size_t kShown = 500;
constexpr size_t kMostNotifications = 2048;

std::unexpected<Error> Bad(const std::string& what) {
  return Fail(Reason::kChainUnavailable, "the node's answer " + what);
}

const json::value* Member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

// Empty when it is missing, null or no text.
std::string TextOf(const json::value& value, std::string_view name) {
  const json::value* member = Member(value, name);
  if (member == nullptr || !member->is_string()) return {};
  return std::string(member->get_string());
}

Result<std::string> VmState(const json::value& value) {
  std::string state =
      TextOf(value, "vmstate").empty() ? TextOf(value, "state") : TextOf(value, "vmstate");
  if (state == "HALT" || state == "FAULT") return state;
  return Bad("names no VM state");
}

// An account of a Transfer: null, or 20 bytes in the order of the chain.
std::optional<std::string> Party(const neo::StackItem& item) {
  if (item.type == neo::StackItemType::kAny) return std::string();
  if (item.bytes.size() != 20) return std::nullopt;
  neo::ScriptHash hash;
  std::copy(item.bytes.begin(), item.bytes.end(), hash.bytes.begin());
  return neo::ToAddress(hash);
}

// Nothing for an event that is no NEP-17 transfer: contracts may notify what they like.
std::optional<LoggedTransfer> TransferOf(const json::value& notification) {
  if (TextOf(notification, "eventname") != "Transfer") return std::nullopt;
  const json::value* state = Member(notification, "state");
  if (state == nullptr) return std::nullopt;
  auto item = neo::StackItemFromJson(*state);
  if (!item || item->type != neo::StackItemType::kArray || item->items.size() != 3) {
    return std::nullopt;
  }
  auto from = Party(item->items[0]);
  auto to = Party(item->items[1]);
  if (!from || !to) return std::nullopt;
  neo::Integer amount = item->items[2].integer;
  if (item->items[2].type != neo::StackItemType::kInteger) {
    auto read = neo::Integer::FromBytes(item->items[2].bytes);
    if (!read) return std::nullopt;
    amount = *read;
  }
  return LoggedTransfer{TextOf(notification, "contract"), *from, *to, amount.ToText()};
}

}  // namespace

Result<int64_t> Count(const json::value* value) {
  if (value != nullptr && value->is_int64() && value->get_int64() >= 0) return value->get_int64();
  if (value != nullptr && value->is_string()) {
    const json::string& text = value->get_string();
    int64_t out = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed == std::errc() && end == text.data() + text.size() && !text.empty() && out >= 0) {
      return out;
    }
  }
  return Bad("has no number where one belongs");
}

Result<TestRun> TestRunFromJson(const json::value& value) {
  TestRun out;
  NSL_TRY(out.state, VmState(value));
  NSL_TRY(out.gas_consumed, Count(Member(value, "gasconsumed")));
  auto script = FromBase64(TextOf(value, "script"));
  if (!script || script->empty()) return Bad("shows no script");
  out.script = std::move(*script);
  out.exception = TextOf(value, "exception").substr(0, kShown);
  return out;
}

Result<LandedTransaction> LogFromJson(const json::value& value, std::string_view hash) {
  if (TextOf(value, "txid") != hash) return Bad("is the log of another transaction");
  const json::value* list = Member(value, "executions");
  if (list == nullptr || !list->is_array() || list->get_array().size() != 1) {
    return Bad("has not one execution");
  }
  const json::value& run = list->get_array()[0];
  if (TextOf(run, "trigger") != "Application") return Bad("is of another trigger");
  LandedTransaction out;
  NSL_TRY(out.vm_state, VmState(run));
  out.exception = TextOf(run, "exception").substr(0, kShown);
  NSL_TRY(int64_t gas, Count(Member(run, "gasconsumed")));
  out.gas_consumed = std::to_string(gas);
  const json::value* events = Member(run, "notifications");
  if (events == nullptr || !events->is_array()) return Bad("has no list of notifications");
  // What a transaction that faulted notified did not happen.
  if (out.vm_state != "HALT") return out;
  for (const json::value& event : events->get_array()) {
    if (out.transfers.size() >= kMostNotifications) break;
    if (auto transfer = TransferOf(event)) out.transfers.push_back(std::move(*transfer));
  }
  return out;
}

Status BlockHolds(const json::value& value, uint32_t index, std::string_view hash) {
  const json::value* at = Member(value, "index");
  NSL_TRY(int64_t found, Count(at));
  if (found != int64_t{index}) return Bad("is another block");
  const json::value* list = Member(value, "tx");
  if (list == nullptr || !list->is_array()) return Bad("is a block without its transactions");
  for (const json::value& tx : list->get_array()) {
    if (TextOf(tx, "hash") == hash) return {};
  }
  return Bad("is a block without the transaction that is said to be in it");
}

Result<int64_t> TopInteger(const json::value& value) {
  const json::value* stack = Member(value, "stack");
  if (stack == nullptr || !stack->is_array() || stack->get_array().size() != 1 ||
      TextOf(stack->get_array()[0], "type") != "Integer") {
    return Bad("gives no integer");
  }
  return Count(Member(stack->get_array()[0], "value"));
}

}  // namespace nsl::chain
