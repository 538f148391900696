// SPDX-License-Identifier: Apache-2.0
#include "wallet/build.h"

#include <algorithm>

#include "base/log.h"
#include "neo/amount.h"
#include "neo/fee.h"
#include "neo/opcode.h"
#include "neo/verification_script.h"

namespace nsl::wallet {
namespace {

// No test invoke costs more on any network.
constexpr int64_t kMostGasConsumed = 1'000'000'000'000;
constexpr size_t kShownException = 300;

std::unexpected<Error> Unbelievable(const std::string& what) {
  return Fail(Reason::kChainUnavailable, "the chain's answer " + what + "; nothing was signed");
}

// Text of a node on its way into an error.
std::string Shown(std::string_view text) {
  std::string out(text.substr(0, kShownException));
  for (char& c : out) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) c = '?';
  }
  return out;
}

Status CheckFacts(ByteView script, const SimulateReply& facts, uint32_t magic) {
  if (facts.magic != magic) {
    return Fail(Reason::kChainNetwork, "the chain's answer is of the network with magic " +
                                           std::to_string(facts.magic) + ", not " +
                                           std::to_string(magic) + "; nothing was signed");
  }
  if (!std::ranges::equal(script, facts.script)) return Unbelievable("is about another script");
  if (!IsAmount(facts.gas_balance) || !IsAmount(facts.token_balance)) {
    return Unbelievable("has a balance that is no amount");
  }
  if (facts.gas_consumed < 0 || facts.gas_consumed > kMostGasConsumed) {
    return Unbelievable("has " + std::to_string(facts.gas_consumed) + " datoshi as the cost");
  }
  if (facts.max_valid_blocks == 0) return Unbelievable("gives a transaction no block to land in");
  return {};
}

Status CheckTokens(const CheckedIntent& intent, const SimulateReply& facts) {
  if (!intent.moved) return {};
  const std::string& amount = intent.moved->amount;
  bool gas = intent.contract == GasHash();
  const std::string& balance = gas ? facts.gas_balance : facts.token_balance;
  if (!IsLess(balance, amount)) return {};
  // In the unit that people give: of GAS the digits are known, of a token they are not.
  auto shown = [gas](const std::string& text) {
    auto datoshi = gas ? neo::AmountFromText(text, 0) : Result<int64_t>(0);
    return gas && datoshi ? neo::GasToText(*datoshi) + " GAS" : text + " of the smallest unit";
  };
  return Fail(Error(gas ? Reason::kFundsGas : Reason::kFundsToken,
                    "the wallet has " + shown(balance) + ", the transfer is " + shown(amount) +
                        "; send less, or give the wallet more")
                  .WithField("/transfer/amount", "at most " + balance));
}

Status CheckHalt(const SimulateReply& facts) {
  if (facts.state == "HALT") return {};
  std::string why = facts.exception.empty() ? "no exception was given" : Shown(facts.exception);
  return Fail(Reason::kChainSimulation, "the test run ended in " +
                                            Shown(facts.state).substr(0, 16) + ": " + why +
                                            "; nothing was signed");
}

neo::Signer SignedBy(const Sender& sender, neo::Scope scope) {
  neo::Signer signer;
  signer.account = sender.account;
  signer.scopes = static_cast<uint8_t>(scope);
  return signer;
}

Result<int64_t> NeededFee(const neo::Transaction& tx, const SimulateReply& facts) {
  neo::WitnessShape shape;
  auto fee = neo::NetworkFee(tx, {&shape, 1}, {facts.fee_per_byte, facts.exec_factor});
  if (!fee) return Unbelievable("has fee rates that no network has");
  return *fee;
}

// A tenth more than the test run, rounded up: state may move before the block.
int64_t WithReserve(int64_t consumed) { return consumed + (consumed + 9) / 10; }

}  // namespace

Sender SenderOf(const neo::PublicKey& key) {
  return {neo::AccountOf(key), neo::SingleKeyScript(key)};
}

Result<neo::Transaction> BuildTransaction(const Sender& sender, const CheckedIntent& intent,
                                          ByteView script, const SimulateReply& facts,
                                          uint32_t magic, uint32_t nonce) {
  NSL_TRY_VOID(CheckFacts(script, facts, magic));
  NSL_TRY_VOID(CheckTokens(intent, facts));
  NSL_TRY_VOID(CheckHalt(facts));
  if (intent.valid_blocks > facts.max_valid_blocks) {
    return Fail(
        Error(Reason::kWalletInvalid, "the network keeps a transaction for at most " +
                                          std::to_string(facts.max_valid_blocks) + " blocks")
            .WithField("/validBlocks", "at most " + std::to_string(facts.max_valid_blocks)));
  }
  neo::Transaction tx;
  tx.nonce = nonce;
  tx.system_fee = WithReserve(facts.gas_consumed);
  tx.valid_until_block = facts.height + intent.valid_blocks;
  tx.signers.push_back(SignedBy(sender, neo::Scope::kCalledByEntry));
  tx.script = ToBytes(script);
  NSL_TRY(tx.network_fee, NeededFee(tx, facts));
  NSL_TRY_VOID(CheckFees(intent, tx, facts));
  return tx;
}

Bytes NoEffect() { return {static_cast<uint8_t>(neo::Opcode::kRET)}; }

Result<Cancellation> BuildCancellation(const Sender& sender, const SignedTransaction& victim,
                                       const SimulateReply& facts, uint32_t magic, uint32_t nonce) {
  Bytes script = NoEffect();
  NSL_TRY_VOID(CheckFacts(script, facts, magic));
  NSL_TRY_VOID(CheckHalt(facts));
  if (facts.height >= victim.valid_until_block) {
    return Fail(Reason::kWalletEnded, "its last valid block " +
                                          std::to_string(victim.valid_until_block) +
                                          " has passed: it has landed, or it never will");
  }
  NSL_TRY(int64_t victim_fee, neo::AmountFromText(victim.network_fee, 0));
  Cancellation out;
  out.tx.nonce = nonce;
  out.tx.system_fee = WithReserve(facts.gas_consumed);
  out.tx.valid_until_block = victim.valid_until_block;
  out.tx.signers.push_back(SignedBy(sender, neo::Scope::kNone));
  neo::Attribute conflicts;
  conflicts.type = neo::AttributeType::kConflicts;
  NSL_TRY(conflicts.hash, neo::Uint256FromText(victim.hash));
  out.tx.attributes.push_back(std::move(conflicts));
  out.tx.script = std::move(script);
  NSL_TRY(out.needed_fee, NeededFee(out.tx, facts));
  // A pool gives a place up to who pays more than all that must leave it.
  out.tx.network_fee = std::max(out.needed_fee, victim_fee + 1);
  NSL_TRY_VOID(CheckFees(CheckedIntent{}, out.tx, facts));
  return out;
}

Result<Bytes> UnsignedForm(const Sender& sender, neo::Transaction tx) {
  tx.witnesses = {{{}, sender.verification}};
  return neo::EncodeTransaction(tx);
}

Status CheckFees(const CheckedIntent& intent, const neo::Transaction& tx,
                 const SimulateReply& facts) {
  int64_t fees = tx.system_fee + tx.network_fee;
  if (fees > intent.max_fee) {
    return Fail(Error(Reason::kWalletPolicy, "rule maxFee: the fees are " + neo::GasToText(fees) +
                                                 " GAS, the ceiling of this transaction is " +
                                                 neo::GasToText(intent.max_fee) +
                                                 " GAS; nothing was signed")
                    .WithField("/maxFee", "at least " + std::to_string(fees)));
  }
  // More digits than this is more GAS than there can be.
  auto balance = neo::AmountFromText(facts.gas_balance, 0);
  if (!balance) return Unbelievable("has more GAS than there is");
  return {};
}

}  // namespace nsl::wallet
