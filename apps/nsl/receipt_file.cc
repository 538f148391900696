// SPDX-License-Identifier: Apache-2.0
#include "receipt_file.h"

#include <boost/json/object.hpp>

#include "base/clock.h"
#include "base/codec.h"
#include "crypto/hash.h"
#include "pretty_json.h"

namespace nsl::cli {
namespace {

namespace fr = function_runner;
namespace json = boost::json;

std::unexpected<CliError> Broken(std::string_view step, const std::string& why) {
  return FailWith("receipt.invalid", "step '" + std::string(step) + "' failed: " + why);
}

std::string Hash(ByteView bytes) { return "0x" + ToHex(bytes); }

json::object UsageView(const fr::ReceiptLeaf& leaf) {
  return {{"cpuUs", leaf.cpu_us},           {"wallUs", leaf.wall_us},
          {"inputBytes", leaf.input_bytes}, {"outputBytes", leaf.output_bytes},
          {"hostCalls", leaf.host_calls},   {"peakMemoryKb", leaf.peak_memory_kb}};
}

json::array TransactionsView(const std::vector<fr::ReceiptTransaction>& list) {
  json::array out;
  for (const fr::ReceiptTransaction& one : list) {
    out.push_back(json::object{{"id", one.id}, {"walletId", one.wallet_id}, {"hash", one.hash}});
  }
  return out;
}

json::object RunView(const fr::ReceiptLeaf& leaf,
                     const std::vector<fr::ReceiptTransaction>& transactions) {
  return {{"runId", leaf.run_id},
          {"origin", leaf.origin},
          {"evidence", leaf.evidence},
          {"projectId", leaf.project_id},
          {"functionId", leaf.function_id},
          {"versionId", leaf.version_id},
          {"codeHash", Hash(leaf.code_hash)},
          {"principalId", leaf.principal_id},
          {"credentialHash", Hash(leaf.credential_hash)},
          {"inputHash", Hash(leaf.input_hash)},
          {"outputHash", Hash(leaf.output_hash)},
          {"reason", leaf.reason},
          {"authorisedBy", leaf.authorised_by},
          {"transactions", TransactionsView(transactions)},
          {"startedAt", ToRfc3339(static_cast<UnixMillis>(leaf.started_ms))},
          {"chainHeight", leaf.chain_height},
          {"routeSequence", leaf.route_sequence},
          {"runSequence", leaf.run_sequence},
          {"usage", UsageView(leaf)}};
}

json::object BatchView(const fr::ReceiptRoot& root) {
  return {{"bootId", ToHex(root.boot_id)},
          {"batch", root.batch},
          {"leaves", root.leaves},
          {"root", Hash(root.root)},
          {"previous", Hash(root.previous)},
          {"signedAt", ToRfc3339(static_cast<UnixMillis>(root.time_ms))}};
}

// Covers what has no signature of its own: the salt.
std::string Checksum(const orchestrator::OpenReceipt& receipt) {
  return ToHex(crypto::Sha256(AsBytes(ToJson(receipt))));
}

}  // namespace

CliResult<std::string> RenderReceiptFile(const orchestrator::OpenReceipt& receipt) {
  auto leaf = fr::ParseReceiptLeaf(receipt.receipt.leaf);
  if (!leaf) return Broken("leaf", leaf.error().detail);
  auto transactions = fr::ParseReceiptTransactions(leaf->transactions);
  if (!transactions) return Broken("leaf", transactions.error().detail);
  auto root = fr::ParseReceiptRoot(receipt.receipt.root);
  if (!root) return Broken("root", root.error().detail);
  NSL_TRY(auto body, ParseJson(ToJson(receipt)));
  json::object file{{"format", kReceiptFormat},
                    {"run", RunView(*leaf, *transactions)},
                    {"batch", BatchView(*root)},
                    {"proof", std::move(body)},
                    {"checksum", Checksum(receipt)}};
  return PrettyJson(file) + "\n";
}

CliResult<orchestrator::OpenReceipt> ParseReceiptFile(std::string_view text) {
  auto value = ParseJson(text, {.bytes = kReceiptFileBytes, .depth = 8});
  if (!value) return Broken("file", value.error().detail);
  const auto* object = value->if_object();
  const auto* proof = object == nullptr ? nullptr : object->if_contains("proof");
  if (proof == nullptr) return Broken("file", "this is not a receipt file");
  auto receipt = FromJsonValue<orchestrator::OpenReceipt>(*proof);
  if (!receipt) {
    std::string why = receipt.error().detail;
    for (const auto& field : receipt.error().fields)
      why += " " + field.pointer + " " + field.detail;
    return Broken("file", why);
  }
  NSL_TRY(auto again, RenderReceiptFile(*receipt));
  if (again != text) {
    return Broken("file",
                  "its bytes are not those that belong to this receipt; the file was"
                  " changed or damaged");
  }
  return *std::move(receipt);
}

CliResult<fr::VerifiedReceipt> ProveReceipt(const orchestrator::OpenReceipt& receipt,
                                            const ReceiptTrust& trust) {
  if (trust.root_der.empty()) {
    return FailWith("cli.usage",
                    "no attestation root is pinned in the profile; name one with --root FILE.der");
  }
  auto proof = fr::VerifyReceipt(receipt.receipt, trust.root_der, trust.simulated);
  if (!proof) {
    std::string_view reason = TextOf(proof.error().reason);
    bool attest = reason.starts_with("attest.");
    return Broken(attest ? "attestation" : "proof",
                  std::string(reason) + ": " + proof.error().detail);
  }
  return *std::move(proof);
}

}  // namespace nsl::cli
