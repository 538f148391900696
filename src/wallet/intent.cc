// SPDX-License-Identifier: Apache-2.0
#include "wallet/intent.h"

#include <algorithm>

#include "base/codec.h"
#include "crypto/hash.h"
#include "neo/amount.h"
#include "neo/contract_hash.h"
#include "neo/plain_parameter.h"
#include "neo/script_builder.h"

namespace nsl::wallet {
namespace {

constexpr size_t kMostDigits = 77;
constexpr size_t kAddressLength = 34;
constexpr size_t kMostMethod = 32;
constexpr std::string_view kTransfer = "transfer";

struct HashedIntent {
  std::string tag;
  std::string wallet;
  Bytes script;
  int64_t max_fee = 0;
  uint32_t valid_blocks = 0;
};
BOOST_DESCRIBE_STRUCT(HashedIntent, (), (tag, wallet, script, max_fee, valid_blocks))

std::unexpected<Error> Invalid(const std::string& pointer, const std::string& what) {
  return Fail(Error(Reason::kWalletInvalid, "the field " + pointer + " is not valid: " + what)
                  .WithField(pointer, what));
}

Result<neo::ScriptHash> ReadReceiver(const std::string& text) {
  if (text.empty()) return Invalid("/transfer/to", "the receiver is missing; give its address");
  // Whatever has the length of an address is judged as one, so that a wrong letter is named so.
  auto hash = text.size() == kAddressLength ? neo::ScriptHashFromAddress(text)
                                            : neo::ScriptHashFromText(text);
  if (!hash) return Invalid("/transfer/to", hash.error().detail);
  if (*hash == neo::ScriptHash{}) {
    return Invalid("/transfer/to", "the zero account belongs to nobody");
  }
  return *hash;
}

Status ReadTransfer(const TransferIntent& transfer, const neo::ScriptHash& account,
                    CheckedIntent& out) {
  auto token = ReadContract(transfer.token);
  if (!token) return Invalid("/transfer/token", "GAS, NEO or the 0x script hash of a NEP-17 token");
  NSL_TRY(neo::ScriptHash to, ReadReceiver(transfer.to));
  if (!IsAmount(transfer.amount) || transfer.amount == "0") {
    return Invalid("/transfer/amount",
                   "a whole number of the token's smallest unit from 1 on, as decimal text "
                   "(1 GAS is \"100000000\")");
  }
  NSL_TRY(neo::Integer amount, neo::Integer::FromText(transfer.amount));
  using neo::ContractParameter;
  out.contract = *token;
  out.method = std::string(kTransfer);
  out.arguments = {ContractParameter::Of(account), ContractParameter::Of(to),
                   ContractParameter::Of(amount), ContractParameter::Null()};
  out.assert_true = true;
  return {};
}

Status ReadCall(const CallIntent& call, CheckedIntent& out) {
  auto contract = ReadContract(call.contract);
  if (!contract || *contract == neo::ScriptHash{}) {
    return Invalid("/call/contract", "GAS, NEO or the 0x script hash of a contract");
  }
  if (call.method.empty() || call.method.size() > kMostMethod || call.method.front() == '_') {
    return Invalid("/call/method", "1 to 32 characters, not starting with '_'");
  }
  if (call.args.size() > kMostArguments) {
    return Invalid("/call/args", "at most " + std::to_string(kMostArguments) + " arguments");
  }
  out.contract = *contract;
  out.method = call.method;
  out.assert_true = call.assert_true;
  for (size_t i = 0; i < call.args.size(); ++i) {
    std::string pointer = "/call/args/" + std::to_string(i);
    auto json = ParseJson(call.args[i].text, {});
    if (!json) return Invalid(pointer, "a JSON value, or an object {\"type\", \"value\"}");
    auto parameter = neo::ParameterFromPlain(*json, std::to_string(i));
    if (!parameter) return Invalid(pointer, parameter.error().detail);
    out.arguments.push_back(std::move(*parameter));
  }
  return {};
}

std::optional<neo::ScriptHash> AccountIn(const neo::ContractParameter& argument) {
  if (const auto* hash = std::get_if<neo::ScriptHash>(&argument.value)) return *hash;
  const auto* bytes = std::get_if<Bytes>(&argument.value);
  neo::ScriptHash out;
  if (bytes == nullptr || bytes->size() != out.bytes.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
  return out;
}

// NEP-17's transfer from the wallet, or nothing: whatever else moves tokens is not known to.
std::optional<Movement> MovedBy(const CheckedIntent& intent, const neo::ScriptHash& account) {
  if (intent.method != kTransfer || intent.arguments.size() != 4) return std::nullopt;
  auto from = AccountIn(intent.arguments[0]);
  auto to = AccountIn(intent.arguments[1]);
  const auto* amount = std::get_if<neo::Integer>(&intent.arguments[2].value);
  if (!from || *from != account || !to || amount == nullptr || amount->negative()) {
    return std::nullopt;
  }
  return Movement{*to, amount->ToText()};
}

Result<int64_t> ReadMaxFee(const std::optional<std::string>& text) {
  if (!text) return kMaxFee;
  auto fee = neo::AmountFromText(*text, 0);
  if (fee && *fee >= 1 && *fee <= kMostMaxFee) return *fee;
  return Invalid("/maxFee", "1 to " + std::to_string(kMostMaxFee) + " datoshi as decimal text");
}

}  // namespace

const neo::ScriptHash& GasHash() {
  static const neo::ScriptHash hash = neo::FindNative("GasToken")->hash;
  return hash;
}

const neo::ScriptHash& NeoHash() {
  static const neo::ScriptHash hash = neo::FindNative("NeoToken")->hash;
  return hash;
}

bool IsAmount(std::string_view text) {
  if (text.empty() || text.size() > kMostDigits) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  return neo::Integer::FromText(text).has_value();
}

bool IsLess(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string AddAmounts(std::string_view a, std::string_view b) {
  std::string out;
  int carry = 0;
  for (size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    int digit = carry;
    if (i < a.size()) digit += a[a.size() - 1 - i] - '0';
    if (i < b.size()) digit += b[b.size() - 1 - i] - '0';
    out.push_back(static_cast<char>('0' + digit % 10));
    carry = digit / 10;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string SubtractAmounts(std::string_view a, std::string_view b) {
  std::string out;
  int borrow = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' - borrow;
    if (i < b.size()) digit -= b[b.size() - 1 - i] - '0';
    borrow = digit < 0 ? 1 : 0;
    out.push_back(static_cast<char>('0' + digit + borrow * 10));
  }
  while (out.size() > 1 && out.back() == '0') out.pop_back();
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<neo::ScriptHash> ReadContract(std::string_view text) {
  if (text == "GAS") return GasHash();
  if (text == "NEO") return NeoHash();
  auto hash = neo::ScriptHashFromText(text);
  if (!hash) return std::nullopt;
  return *hash;
}

Result<CheckedIntent> CheckIntent(const SubmitRequest& request, const neo::ScriptHash& account) {
  CheckedIntent out;
  if (request.transfer.has_value() == request.call.has_value()) {
    return Invalid("/transfer", "either a transfer or a call, and not both");
  }
  if (request.transfer) {
    NSL_TRY_VOID(ReadTransfer(*request.transfer, account, out));
  } else {
    NSL_TRY_VOID(ReadCall(*request.call, out));
  }
  out.moved = MovedBy(out, account);
  // A token says no by its answer alone; a transfer that did not happen must not look like one.
  if (out.moved) out.assert_true = true;
  out.names_max_fee = request.max_fee.has_value();
  NSL_TRY(out.max_fee, ReadMaxFee(request.max_fee));
  out.valid_blocks = request.valid_blocks.value_or(kValidBlocks);
  if (out.valid_blocks == 0 || out.valid_blocks > kMostValidBlocks) {
    return Invalid("/validBlocks", "1 to " + std::to_string(kMostValidBlocks) + " blocks");
  }
  return out;
}

Result<Bytes> ScriptOf(const CheckedIntent& intent) {
  neo::ScriptBuilder script;
  script.Call(intent.contract, intent.method, intent.arguments);
  if (intent.assert_true) script.Assert();
  return script.Take();
}

Hash256 IntentHash(std::string_view wallet_id, const CheckedIntent& intent, ByteView script) {
  HashedIntent all{"nsl/intent/2", std::string(wallet_id), ToBytes(script), intent.max_fee,
                   intent.valid_blocks};
  return crypto::Sha256(ToCbor(all));
}

}  // namespace nsl::wallet
