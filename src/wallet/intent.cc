// SPDX-License-Identifier: Apache-2.0
#include "wallet/intent.h"

#include <algorithm>

#include "base/codec.h"
#include "crypto/hash.h"
#include "neo/amount.h"
#include "neo/contract_hash.h"

namespace nsl::wallet {
namespace {

constexpr size_t kMostDigits = 77;
constexpr size_t kAddressLength = 34;

struct HashedIntent {
  std::string tag;
  std::string wallet;
  Bytes token;
  Bytes to;
  std::string amount;
  int64_t max_fee = 0;
  uint32_t valid_blocks = 0;
};
BOOST_DESCRIBE_STRUCT(HashedIntent, (), (tag, wallet, token, to, amount, max_fee, valid_blocks))

std::unexpected<Error> Invalid(const std::string& pointer, const std::string& what) {
  return Fail(Error(Reason::kWalletInvalid, "the field " + pointer + " is not valid: " + what)
                  .WithField(pointer, what));
}

Result<neo::ScriptHash> ReadToken(const std::string& text) {
  if (text == "GAS") return GasHash();
  if (text == "NEO") return NeoHash();
  auto hash = neo::ScriptHashFromText(text);
  if (hash) return *hash;
  return Invalid("/transfer/token", "GAS, NEO or the 0x script hash of a NEP-17 token");
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

Result<CheckedIntent> CheckIntent(const SignRequest& request) {
  CheckedIntent out;
  NSL_TRY(out.token, ReadToken(request.transfer.token));
  NSL_TRY(out.to, ReadReceiver(request.transfer.to));
  const std::string& amount = request.transfer.amount;
  if (!IsAmount(amount) || amount == "0") {
    return Invalid("/transfer/amount",
                   "a whole number of the token's smallest unit from 1 on, as decimal text "
                   "(1 GAS is \"100000000\")");
  }
  NSL_TRY(out.amount, neo::Integer::FromText(amount));
  NSL_TRY(out.max_fee, ReadMaxFee(request.max_fee));
  out.valid_blocks = request.valid_blocks.value_or(kValidBlocks);
  if (out.valid_blocks == 0 || out.valid_blocks > kMostValidBlocks) {
    return Invalid("/validBlocks", "1 to " + std::to_string(kMostValidBlocks) + " blocks");
  }
  return out;
}

Hash256 IntentHash(std::string_view wallet_id, const CheckedIntent& intent) {
  HashedIntent all{"nsl/intent/1",
                   std::string(wallet_id),
                   ToBytes(ByteView(intent.token.bytes)),
                   ToBytes(ByteView(intent.to.bytes)),
                   intent.amount.ToText(),
                   intent.max_fee,
                   intent.valid_blocks};
  return crypto::Sha256(ToCbor(all));
}

}  // namespace nsl::wallet
