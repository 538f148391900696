// SPDX-License-Identifier: Apache-2.0
#include "chain_reads.h"

#include <boost/json.hpp>

#include "base/codec.h"
#include "base/json.h"

namespace nsl::host {
namespace {

namespace json = boost::json;
using function_runner::ChainReadReply;

// What one RPC reply carries, with room for its frame.
constexpr size_t kMaxAnswer = 3 << 20;

// The text of argument i; a whole number becomes its digits.
Result<std::string> TextAt(const json::array& args, size_t i, std::string_view what) {
  const json::value* value = i < args.size() ? &args[i] : nullptr;
  if (value != nullptr && value->is_string()) return std::string(value->get_string());
  if (value != nullptr && value->is_int64() && value->get_int64() >= 0) {
    return std::to_string(value->get_int64());
  }
  return Fail(Reason::kRequestInvalid,
              "argument " + std::to_string(i + 1) + " must be " + std::string(what));
}

Result<ChainReadReply> Reply(Result<chain::ChainAnswer> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->json.size() > kMaxAnswer) {
    return Fail(Reason::kRequestTooLarge,
                "the node's answer has " + std::to_string(answer->json.size()) +
                    " bytes; a chain read carries at most " + std::to_string(kMaxAnswer));
  }
  return ChainReadReply{std::move(answer->json), answer->height};
}

Task<Result<ChainReadReply>> Balance(chain::ChainApi* chain, std::string token, std::string owner,
                                     Deadline deadline) {
  Result<chain::Balance> balance =
      co_await chain->BalanceOf(std::move(token), std::move(owner), deadline);
  if (!balance) co_return std::unexpected(std::move(balance.error()));
  Result<uint32_t> height = co_await chain->Height(deadline);
  if (!height) co_return std::unexpected(std::move(height.error()));
  co_return ChainReadReply{ToJson(*balance), *height};
}

Task<Result<ChainReadReply>> Height(chain::ChainApi* chain, Deadline deadline) {
  Result<uint32_t> height = co_await chain->Height(deadline);
  if (!height) co_return std::unexpected(std::move(height.error()));
  co_return ChainReadReply{std::to_string(*height), *height};
}

Task<Result<ChainReadReply>> Call(chain::ChainApi* chain, const json::array& args,
                                  Deadline deadline) {
  NSL_CO_TRY(std::string contract, TextAt(args, 0, "a contract: its 0x hash, NEO or GAS"));
  NSL_CO_TRY(std::string method, TextAt(args, 1, "the name of a method"));
  std::string params = "[]";
  if (args.size() > 2 && !args[2].is_null()) {
    params.clear();
    AppendJson(args[2], params);
  }
  Result<chain::ChainAnswer> answer = co_await chain->InvokeFunction(
      std::move(contract), std::move(method), std::move(params), deadline);
  co_return Reply(std::move(answer));
}

}  // namespace

Task<Result<ChainReadReply>> ReadChain(chain::ChainApi* chain, std::string method, std::string args,
                                       Deadline deadline) {
  NSL_CO_TRY(json::value parsed, ParseJson(args.empty() ? "[]" : args, {.bytes = 256 << 10}));
  const json::array* list = parsed.if_array();
  if (list == nullptr) co_return Fail(Reason::kRequestInvalid, "the arguments must be an array");
  if (method == "height") {
    Result<ChainReadReply> reply = co_await Height(chain, deadline);
    co_return reply;
  }
  if (method == "network") {
    std::string name;
    AppendJsonString(name, chain->network());
    co_return ChainReadReply{std::move(name), 0};
  }
  if (method == "call") {
    Result<ChainReadReply> reply = co_await Call(chain, *list, deadline);
    co_return reply;
  }
  if (method == "balanceOf") {
    NSL_CO_TRY(std::string token, TextAt(*list, 0, "NEO, GAS or the 0x hash of a token"));
    NSL_CO_TRY(std::string owner, TextAt(*list, 1, "an address or 0x script hash"));
    Result<ChainReadReply> reply =
        co_await Balance(chain, std::move(token), std::move(owner), deadline);
    co_return reply;
  }
  bool block = method == "block";
  bool log = method == "applicationLog";
  if (!block && !log && method != "transaction") {
    co_return Fail(Reason::kPlatformUnimplemented, "there is no such chain read in this release");
  }
  NSL_CO_TRY(std::string which, TextAt(*list, 0, block ? "an index or a 0x hash" : "a 0x hash"));
  Result<chain::ChainAnswer> answer;
  if (block) {
    answer = co_await chain->Block(std::move(which), deadline);
  } else if (log) {
    answer = co_await chain->ApplicationLog(std::move(which), deadline);
  } else {
    answer = co_await chain->Transaction(std::move(which), deadline);
  }
  co_return Reply(std::move(answer));
}

}  // namespace nsl::host
