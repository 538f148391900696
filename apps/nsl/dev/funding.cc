// SPDX-License-Identifier: Apache-2.0
#include "funding.h"

#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <thread>

#include "../api_client.h"
#include "../http.h"
#include "base/json.h"
#include "base/random.h"
#include "chain_node.h"
#include "neo/fee.h"
#include "neo/signing.h"
#include "neo/token_script.h"
#include "neo/transaction.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;

constexpr uint32_t kValidBlocks = 100;
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::seconds kLimit{60};

class Node {
 public:
  explicit Node(std::string url) : url_(std::move(url)) {}

  // The result, or the node's own words.
  CliResult<json::value> Call(const std::string& method, const json::array& params) {
    json::object call{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
    NSL_TRY(auto answer, http_.Send({.method = "POST",
                                     .url = url_,
                                     .headers = {"Content-Type: application/json"},
                                     .body = json::serialize(call),
                                     .timeout_ms = 10'000}));
    auto value = ParseJson(answer.body, {.bytes = 16 << 20});
    if (!value || !value->is_object()) {
      return FailWith("chain.unavailable", "'" + url_ + "' is no Neo node: its answer is no JSON");
    }
    json::object& object = value->as_object();
    if (json::value* result = object.if_contains("result")) return std::move(*result);
    const json::value* error = object.if_contains("error");
    return FailWith("chain.unavailable", "the node refused " + method + ": " +
                                             (error ? TextAt(*error, "message") : "no words"));
  }

 private:
  std::string url_;
  HttpClient http_;
};

CliResult<int64_t> NumberAt(const json::value& value, std::string_view name) {
  std::string text = TextAt(value, name);
  int64_t out = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed == std::errc() && end == text.data() + text.size() && !text.empty()) return out;
  return FailWith("chain.unavailable", "the node gave no '" + std::string(name) + "'");
}

CliStatus CheckPrivate(Node& node) {
  NSL_TRY(auto version, node.Call("getversion", {}));
  const json::value* protocol =
      version.is_object() ? version.as_object().if_contains("protocol") : nullptr;
  if (protocol != nullptr && UintAt(*protocol, "network") == kPrivateMagic) return {};
  return FailWith("chain.network",
                  "the node is not of the private development network; this verb "
                  "works there alone");
}

// Fees of the transaction as the node counts them, with room in the system fee.
CliStatus FillFees(Node& node, neo::Transaction& tx, const Bytes& verification) {
  json::array signers{
      json::object{{"account", neo::ToText(tx.signers[0].account)}, {"scopes", "CalledByEntry"}}};
  NSL_TRY(auto run, node.Call("invokescript", {ToBase64(tx.script), signers}));
  if (TextAt(run, "state") != "HALT") {
    return FailWith("chain.simulation", "the transfer would fail: " + TextAt(run, "exception"));
  }
  NSL_TRY(int64_t gas, NumberAt(run, "gasconsumed"));
  tx.system_fee = gas + gas / 10 + 1;
  neo::Transaction sample = tx;
  sample.witnesses = {{{}, verification}};
  NSL_TRY(Bytes raw, neo::EncodeTransaction(sample));
  NSL_TRY(auto fee, node.Call("calculatenetworkfee", {ToBase64(raw)}));
  NSL_TRY(tx.network_fee, NumberAt(fee, "networkfee"));
  return {};
}

CliResult<Bytes> Sign(neo::Transaction tx, const crypto::P256PrivateKey& key,
                      const Bytes& verification) {
  neo::Uint256 hash = neo::TransactionHash(tx);
  NSL_TRY(neo::Signature signature, neo::SignTransaction(key, kPrivateMagic, hash.bytes));
  neo::KeySignature by{neo::PublicKey(key.PublicKey()), signature};
  NSL_TRY(neo::Witness witness,
          neo::AssembleWitness(verification, {&by, 1}, kPrivateMagic, hash.bytes));
  tx.witnesses = {std::move(witness)};
  NSL_TRY(Bytes raw, neo::EncodeTransaction(tx));
  return raw;
}

CliResult<Funding> AwaitHalt(Node& node, const std::string& hash) {
  auto end = std::chrono::steady_clock::now() + kLimit;
  while (std::chrono::steady_clock::now() < end) {
    auto log = node.Call("getapplicationlog", {hash});
    auto height = log ? node.Call("gettransactionheight", {hash}) : std::move(log);
    if (log && height && height->is_int64()) {
      const auto& runs = ArrayAt(*log, "executions");
      if (runs.size() != 1 || TextAt(runs[0], "vmstate") != "HALT") {
        return FailWith("chain.fault", "the transfer " + hash + " failed on chain");
      }
      return Funding{hash, static_cast<uint64_t>(height->as_int64())};
    }
    std::this_thread::sleep_for(kPoll);
  }
  return FailWith("chain.unavailable", "the transfer " + hash + " was sent and is in no block yet");
}

}  // namespace

CliResult<Funding> FundFromGenesis(const std::string& rpc_url, const neo::ScriptHash& token,
                                   const neo::ScriptHash& to, const neo::Integer& amount) {
  Node node(rpc_url);
  NSL_TRY_VOID(CheckPrivate(node));
  NSL_TRY(auto key, GenesisKey());
  NSL_TRY(Bytes verification, neo::MultisigScript(1, {neo::PublicKey(key.PublicKey())}));
  neo::Nep17Transfer transfer{token, neo::HashOfScript(verification), to, amount, {}};
  neo::Transaction tx;
  NSL_TRY(tx.script, neo::Nep17TransferScript({&transfer, 1}));
  SystemRandom random;
  tx.nonce = static_cast<uint32_t>(random.U64());
  neo::Signer signer;
  signer.account = transfer.from;
  tx.signers = {signer};
  NSL_TRY(auto count, node.Call("getblockcount", {}));
  if (!count.is_int64()) return FailWith("chain.unavailable", "the node gave no block count");
  tx.valid_until_block = static_cast<uint32_t>(count.as_int64()) + kValidBlocks;
  NSL_TRY_VOID(FillFees(node, tx, verification));
  std::string hash = neo::ToText(neo::TransactionHash(tx));
  NSL_TRY(Bytes raw, Sign(std::move(tx), key, verification));
  NSL_TRY_VOID(node.Call("sendrawtransaction", {ToBase64(raw)}));
  return AwaitHalt(node, hash);
}

}  // namespace nsl::cli
