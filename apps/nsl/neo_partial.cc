// SPDX-License-Identifier: Apache-2.0
#include "neo_partial.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "neo/json_fields.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;

// The name that the reference wallet gives the class of transactions.
constexpr std::string_view kType = "Neo.Network.P2P.Payloads.Transaction";

Result<Bytes> Base64At(neo::JsonFields& fields, std::string_view name) {
  std::string text = fields.Text(name);
  auto raw = FromBase64(text);
  if (!raw) return Fail(Reason::kChainInvalid, "base64 is expected");
  return *std::move(raw);
}

bool SameFirst(const neo::KeySignature& a, const neo::KeySignature& b) { return a.key == b.key; }

// Signatures as the account's witness has them; fewer than asked for: none.
std::vector<neo::Signature> InOrder(const neo::VerificationScript& script,
                                    const PartialItem& item) {
  std::vector<neo::Signature> out;
  for (const neo::PublicKey& key : script.keys) {
    auto it = std::ranges::find(item.signatures, key, &neo::KeySignature::key);
    if (it != item.signatures.end() && out.size() < script.signatures()) {
      out.push_back(it->signature);
    }
  }
  if (out.size() < script.signatures()) out.clear();
  return out;
}

json::value ItemJson(const PartialItem& item) {
  auto script = neo::ParseVerificationScript(item.script);
  NSL_CHECK(script.has_value());
  std::vector<neo::Signature> done = InOrder(*script, item);
  json::array parameters;
  for (size_t i = 0; i < script->signatures(); ++i) {
    json::object one{{"type", "Signature"}};
    if (!done.empty()) one["value"] = ToBase64(done[i]);
    parameters.push_back(std::move(one));
  }
  json::object signatures;
  for (const auto& s : item.signatures) signatures[s.key.ToText()] = ToBase64(s.signature);
  return json::object{{"script", ToBase64(item.script)},
                      {"parameters", std::move(parameters)},
                      {"signatures", std::move(signatures)}};
}

// The values repeat what stands in "signatures"; others are refused, since nobody verified them.
Status CheckParameter(const json::value& value, const std::string& at, const PartialItem& item) {
  neo::JsonFields fields(value, at);
  if (fields.Text("type") != "Signature") fields.Refuse("type", "Signature is expected");
  const json::value* given = fields.Any("value", false);
  if (given != nullptr && !given->is_null()) {
    NSL_TRY(Bytes raw, Base64At(fields, "value"));
    bool known = std::ranges::any_of(
        item.signatures, [&](const auto& s) { return std::ranges::equal(s.signature, raw); });
    if (!known) fields.Refuse("value", "the signature is none of those in \"signatures\"");
  }
  return fields.Finish();
}

}  // namespace

Partial::Partial(neo::Transaction tx, uint32_t network)
    : tx_(std::move(tx)), id_(neo::TransactionHash(tx_)), network_(network) {
  NSL_CHECK(tx_.witnesses.empty());
}

Result<Partial> Partial::FromJson(const json::value& value) {
  neo::JsonFields fields(value, "");
  if (fields.Text("type") != kType) {
    fields.Refuse("type", "'" + std::string(kType) + "' is expected");
  }
  uint32_t network = static_cast<uint32_t>(fields.Number("network", UINT32_MAX));
  Bytes raw = fields.Take("data", Base64At(fields, "data"));
  std::string hash = fields.Text("hash");
  const json::value* items = fields.Any("items");
  NSL_TRY_VOID(fields.Finish());
  auto tx = neo::DecodeUnsignedTransaction(raw);
  if (!tx) return Fail(Reason::kChainInvalid, "/data: " + tx.error().detail);
  Partial out(*std::move(tx), network);
  auto named = neo::Uint256FromText(hash);
  if (!named || *named != out.id_) {
    return Fail(Reason::kChainInvalid,
                "/hash: it is not that of the transaction, which is " + neo::ToText(out.id_));
  }
  if (!items->is_object()) return Fail(Reason::kChainInvalid, "/items: an object is expected");
  for (const auto& item : items->get_object()) {
    NSL_TRY_VOID(out.ReadItem(std::string(item.key()), item.value()));
  }
  return out;
}

Status Partial::ReadItem(const std::string& name, const json::value& value) {
  const std::string at = "/items/" + name;
  neo::JsonFields fields(value, at);
  Bytes script = fields.Take("script", Base64At(fields, "script"));
  const json::value* signatures = fields.Any("signatures");
  auto account = neo::ScriptHashFromText(name);
  if (fields.ok() && (!account || neo::HashOfScript(script) != *account)) {
    fields.Refuse("script", "its hash is not the name of the item");
  }
  if (fields.ok()) {
    if (Status added = AddScript(script); !added) fields.Refuse("script", added.error().detail);
  }
  if (fields.ok() && !signatures->is_object()) fields.Refuse("signatures", "an object is expected");
  if (!fields.ok()) return fields.status();
  for (const auto& one : signatures->get_object()) {
    std::string place = "signatures/" + std::string(one.key());
    auto key = neo::PublicKey::FromText(one.key());
    const json::string* text = one.value().if_string();
    auto raw = text == nullptr ? std::nullopt : FromBase64(*text);
    auto signature = raw ? ToArray<neo::kSignatureBytes>(*raw) : std::nullopt;
    if (!key)
      fields.Refuse(place, key.error().detail);
    else if (!signature)
      fields.Refuse(place, "64 bytes in base64 are expected");
    else if (Status s = AddSignature(*account, {*key, *signature}); !s) {
      fields.Refuse(place, s.error().detail);
    }
    if (!fields.ok()) return fields.status();
  }
  fields.List("parameters", neo::kMaxSignatures, [&](const json::value& v, const std::string& p) {
    return CheckParameter(v, p, items_.at(*account));
  });
  return fields.Finish();
}

json::value Partial::ToJson() const {
  json::object items;
  for (const auto& [account, item] : items_) items[neo::ToText(account)] = ItemJson(item);
  return json::object{{"type", kType},
                      {"network", network_},
                      {"hash", neo::ToText(id_)},
                      {"data", ToBase64(neo::UnsignedBytes(tx_))},
                      {"items", std::move(items)}};
}

Status Partial::AddScript(ByteView script) {
  NSL_TRY_VOID(neo::ParseVerificationScript(script));
  neo::ScriptHash account = neo::HashOfScript(script);
  if (std::ranges::find(tx_.signers, account, &neo::Signer::account) == tx_.signers.end()) {
    return Fail(Reason::kChainInvalid,
                "the account " + neo::ToAddress(account) + " is none of the transaction's signers");
  }
  items_.try_emplace(account, PartialItem{.script = ToBytes(script), .signatures = {}});
  return {};
}

Status Partial::AddSignature(const neo::ScriptHash& account, const neo::KeySignature& signature) {
  PartialItem& item = items_.at(account);
  NSL_TRY(auto script, neo::ParseVerificationScript(item.script));
  if (std::ranges::find(script.keys, signature.key) == script.keys.end()) {
    return Fail(Reason::kChainInvalid, "the public key " + signature.key.ToText() +
                                           " is none of those of " + neo::ToAddress(account));
  }
  if (!signature.key.ecdsa().Verify(neo::SignedData(id_, network_), signature.signature)) {
    return Fail(Reason::kChainInvalid, "the signature by the public key " + signature.key.ToText() +
                                           " is not for this transaction and network");
  }
  // Signing again gives nothing new: one good signature of a key is as good as another.
  bool there =
      std::ranges::any_of(item.signatures, [&](const auto& s) { return SameFirst(s, signature); });
  if (!there) item.signatures.push_back(signature);
  return {};
}

Status Partial::Sign(const crypto::P256PrivateKey& key) {
  neo::PublicKey pub(key.PublicKey());
  Bytes own = neo::SingleKeyScript(pub);
  // Its own account need not be a signer: the key may be of a multi-signature account alone.
  [[maybe_unused]] Status direct = AddScript(own);
  std::vector<neo::ScriptHash> accounts;
  for (const auto& [account, item] : items_) {
    NSL_TRY(auto script, neo::ParseVerificationScript(item.script));
    if (std::ranges::find(script.keys, pub) != script.keys.end()) accounts.push_back(account);
  }
  if (accounts.empty()) {
    return Fail(Reason::kChainInvalid,
                "the key " + pub.ToText() + " (" + neo::AddressOf(pub) +
                    ") is of none of the transaction's signers; for a multi-signature account "
                    "give its verification script with --script");
  }
  NSL_TRY(neo::Signature signature, neo::SignTransaction(key, network_, id_.bytes));
  for (const auto& account : accounts) NSL_TRY_VOID(AddSignature(account, {pub, signature}));
  return {};
}

Status Partial::Merge(const Partial& other) {
  if (other.id_ != id_ || other.network_ != network_) {
    return Fail(Reason::kChainInvalid,
                "the files are of different transactions or networks: " + neo::ToText(id_) +
                    " on " + std::to_string(network_) + ", " + neo::ToText(other.id_) + " on " +
                    std::to_string(other.network_));
  }
  for (const auto& [account, item] : other.items_) {
    NSL_TRY_VOID(AddScript(item.script));
    for (const auto& s : item.signatures) NSL_TRY_VOID(AddSignature(account, s));
  }
  return {};
}

std::vector<std::string> Partial::Missing() const {
  std::vector<std::string> out;
  for (const auto& signer : tx_.signers) {
    std::string address = neo::ToAddress(signer.account);
    auto item = items_.find(signer.account);
    if (item == items_.end()) {
      out.push_back(address + " has not signed");
      continue;
    }
    auto script = neo::ParseVerificationScript(item->second.script);
    NSL_CHECK(script.has_value());
    if (item->second.signatures.size() >= script->signatures()) continue;
    out.push_back(address + " has " + std::to_string(item->second.signatures.size()) + " of " +
                  std::to_string(script->signatures()) + " signatures");
  }
  return out;
}

Result<neo::Transaction> Partial::Complete() const {
  neo::Transaction tx = tx_;
  for (const auto& signer : tx_.signers) {
    auto item = items_.find(signer.account);
    if (item == items_.end()) {
      return Fail(Reason::kChainInvalid, neo::ToAddress(signer.account) + " has not signed");
    }
    NSL_TRY(auto witness, neo::AssembleWitness(item->second.script, item->second.signatures,
                                               network_, id_.bytes));
    tx.witnesses.push_back(std::move(witness));
  }
  // As a chain reads it, so that a witness that is too long is not handed out.
  NSL_TRY(Bytes raw, neo::EncodeTransaction(tx));
  return neo::DecodeTransaction(raw);
}

}  // namespace nsl::cli
