// SPDX-License-Identifier: Apache-2.0
// The typed reads of NodePool.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/json.h"
#include "base/log.h"
#include "chain/node_pool.h"

namespace nsl::chain {
namespace {

namespace json = boost::json;

constexpr std::string_view kGasHash = "0xd2a4cff31913016155e38e474a2c06d08be276cf";
constexpr std::string_view kNeoHash = "0xef4073a0f2b305a38ec4050e4d3d28bc40ea63f5";
constexpr size_t kMaxTokens = 1024;
constexpr size_t kMaxMethod = 64;
constexpr size_t kShownException = 500;

// "0x" and 64 digits.
bool IsHash256(std::string_view text) {
  if (text.size() != 66 || !text.starts_with("0x")) return false;
  return FromHex(text.substr(2)).has_value();
}

Result<neo::ScriptHash> ParseContract(std::string_view text) {
  if (text == "GAS") return neo::ScriptHashFromText(kGasHash);
  if (text == "NEO") return neo::ScriptHashFromText(kNeoHash);
  return neo::ParseAccount(text);
}

std::optional<uint64_t> ParseUint(std::string_view text) {
  uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// An integer of any size as a stack item shows it.
bool IsIntegerText(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 80) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The first stack item when it has this type; its value as text.
std::optional<std::string> StackText(const json::value& result, std::string_view type) {
  const json::object* object = result.if_object();
  const json::value* stack = object ? object->if_contains("stack") : nullptr;
  if (stack == nullptr || !stack->is_array() || stack->get_array().empty()) return std::nullopt;
  const json::object* item = stack->get_array()[0].if_object();
  const json::value* kind = item ? item->if_contains("type") : nullptr;
  const json::value* value = item ? item->if_contains("value") : nullptr;
  if (!kind || !kind->is_string() || kind->get_string() != type || !value || !value->is_string()) {
    return std::nullopt;
  }
  return std::string(value->get_string());
}

std::string Params(std::initializer_list<std::string_view> parts) {
  std::string out = "[";
  for (std::string_view part : parts) {
    if (out.size() > 1) out += ',';
    out += part;
  }
  out += ']';
  return out;
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

}  // namespace

Task<Result<ChainAnswer>> NodePool::Plain(std::string method, std::string params,
                                          Deadline deadline) {
  Result<Answer> answer = co_await Call(std::move(method), std::move(params), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  ChainAnswer out;
  out.height = answer->node->height;
  AppendJson(answer->result, out.json);
  co_return out;
}

Task<Result<ChainAnswer>> NodePool::Block(std::string which, Deadline deadline) {
  std::optional<uint64_t> index = ParseUint(which);
  if ((!index || *index > UINT32_MAX) && !IsHash256(which)) {
    co_return Fail(Reason::kChainInvalid,
                   "a block is named by its index or by 0x and 64 hexadecimal digits");
  }
  std::string params = Params({index ? std::string_view(which) : Quoted(which), "true"});
  Result<ChainAnswer> answer = co_await Plain("getblock", std::move(params), deadline);
  if (answer && index) answer->height = std::max(answer->height, static_cast<uint32_t>(*index));
  co_return answer;
}

Task<Result<ChainAnswer>> NodePool::Transaction(std::string hash, Deadline deadline) {
  if (!IsHash256(hash)) {
    co_return Fail(Reason::kChainInvalid, "a transaction is named by 0x and 64 hexadecimal digits");
  }
  Result<ChainAnswer> answer =
      co_await Plain("getrawtransaction", Params({Quoted(hash), "true"}), deadline);
  co_return answer;
}

Task<Result<ChainAnswer>> NodePool::ApplicationLog(std::string hash, Deadline deadline) {
  if (!IsHash256(hash)) {
    co_return Fail(Reason::kChainInvalid,
                   "an application log is named by the 0x hash of its transaction or block");
  }
  Result<ChainAnswer> answer =
      co_await Plain("getapplicationlog", Params({Quoted(hash)}), deadline);
  co_return answer;
}

Task<Result<NodePool::Answer>> NodePool::Invoke(neo::ScriptHash contract, std::string method,
                                                std::string params, Deadline deadline) {
  std::string all = Params({Quoted(neo::ToText(contract)), Quoted(method), params});
  Result<Answer> answer = co_await Call("invokefunction", std::move(all), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const json::object* result = answer->result.if_object();
  const json::value* state = result ? result->if_contains("state") : nullptr;
  if (state == nullptr || !state->is_string()) {
    co_return Fail(Reason::kChainUnavailable, "the node's answer names no VM state");
  }
  if (state->get_string() != "HALT") {
    const json::value* exception = result->if_contains("exception");
    std::string why = exception && exception->is_string()
                          ? std::string(exception->get_string()).substr(0, kShownException)
                          : std::string("no exception was given");
    co_return Fail(Reason::kChainFault, "the test invoke of '" + method + "' on " +
                                            neo::ToText(contract) + " ended in " +
                                            std::string(state->get_string()) + ": " + why);
  }
  co_return answer;
}

Task<Result<ChainAnswer>> NodePool::InvokeFunction(std::string contract, std::string method,
                                                   std::string args, Deadline deadline) {
  NSL_CO_TRY(neo::ScriptHash hash, ParseContract(contract));
  if (method.empty() || method.size() > kMaxMethod) {
    co_return Fail(Reason::kChainInvalid, "a method name has 1 to 64 characters");
  }
  NSL_CO_TRY(std::string params, TypedParams(args));
  Result<Answer> answer = co_await Invoke(hash, std::move(method), std::move(params), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  ChainAnswer out;
  out.height = answer->node->height;
  AppendJson(answer->result, out.json);
  co_return out;
}

Task<Result<NodePool::Token>> NodePool::Describe(neo::ScriptHash contract, Deadline deadline) {
  if (auto it = tokens_.find(contract); it != tokens_.end()) co_return it->second;
  Result<Answer> symbol = co_await Invoke(contract, "symbol", "[]", deadline);
  if (!symbol) co_return std::unexpected(std::move(symbol.error()));
  Result<Answer> decimals = co_await Invoke(contract, "decimals", "[]", deadline);
  if (!decimals) co_return std::unexpected(std::move(decimals.error()));
  std::optional<std::string> text = StackText(symbol->result, "ByteString");
  std::optional<Bytes> raw = text ? FromBase64(*text) : std::nullopt;
  std::optional<std::string> digits = StackText(decimals->result, "Integer");
  std::optional<uint64_t> count = digits ? ParseUint(*digits) : std::nullopt;
  if (!raw || raw->size() > 64 || !count || *count > 255) {
    co_return Fail(Reason::kChainInvalid,
                   neo::ToText(contract) +
                       " is no token: symbol and decimals are not what NEP-17 "
                       "says");
  }
  Token token{std::string(AsText(*raw)), static_cast<uint32_t>(*count)};
  if (tokens_.size() >= kMaxTokens) tokens_.clear();
  tokens_[contract] = token;
  co_return token;
}

Task<Result<Balance>> NodePool::BalanceOf(std::string token, std::string owner, Deadline deadline) {
  NSL_CO_TRY(neo::ScriptHash contract, ParseContract(token));
  NSL_CO_TRY(neo::ScriptHash account, neo::ParseAccount(owner));
  Result<Token> described = co_await Describe(contract, deadline);
  if (!described) co_return std::unexpected(std::move(described.error()));
  std::string params = R"([{"type":"Hash160","value":")" + neo::ToText(account) + R"("}])";
  Result<Answer> answer = co_await Invoke(contract, "balanceOf", std::move(params), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  std::optional<std::string> amount = StackText(answer->result, "Integer");
  if (!amount || !IsIntegerText(*amount)) {
    co_return Fail(Reason::kChainUnavailable, "balanceOf gave no integer");
  }
  co_return Balance{neo::ToText(contract), described->symbol, described->decimals, *amount};
}

}  // namespace nsl::chain
