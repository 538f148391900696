// SPDX-License-Identifier: Apache-2.0
#include "neo_answers.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "neo/base58.h"
#include "neo/block.h"
#include "neo/contract_hash.h"
#include "neo/contract_parameter.h"
#include "neo/fee.h"
#include "neo/nef.h"
#include "neo/nep2.h"
#include "neo/script_builder.h"
#include "neo/signing.h"
#include "neo/transaction_json.h"
#include "neo/wif.h"

namespace nsl::differential {
namespace {

namespace json = boost::json;
using Object = json::object;
using Key = crypto::P256PrivateKey;

// A wrong question is a fault of the test: it ends the program loudly.
std::string TextAt(const Object& q, std::string_view name) {
  return std::string(q.at(name).as_string());
}
Bytes HexAt(const Object& q, std::string_view name) {
  auto raw = FromHex(q.at(name).as_string());
  NSL_CHECK(raw.has_value());
  return *std::move(raw);
}
uint64_t NumberAt(const Object& q, std::string_view name) {
  return q.at(name).to_number<uint64_t>();
}

Object AccountFields(ByteView script) {
  neo::ScriptHash hash = neo::HashOfScript(script);
  return {{"script", ToHex(script)},
          {"scriptHash", neo::ToText(hash)},
          {"address", neo::ToAddress(hash)}};
}

Result<Object> Account(const Object& q) {
  NSL_TRY(auto key, Key::FromScalar(HexAt(q, "key")));
  neo::PublicKey pub(key.PublicKey());
  Object out = AccountFields(neo::SingleKeyScript(pub));
  out["publicKey"] = pub.ToText();
  out["wif"] = AsText(neo::ToWif(key).view());
  return out;
}

Result<Object> Wif(const Object& q) {
  NSL_TRY(auto key, neo::PrivateKeyFromWif(TextAt(q, "wif")));
  return Object{{"key", ToHex(key.Scalar().view())}};
}

Result<Object> Address(const Object& q) {
  NSL_TRY(auto hash, neo::ScriptHashFromAddress(TextAt(q, "address")));
  return Object{{"scriptHash", neo::ToText(hash)}};
}

Result<Object> Base58(const Object& q) {
  Bytes data = HexAt(q, "data");
  return Object{{"text", neo::ToBase58Check(data)}};
}

Result<Object> Base58Read(const Object& q) {
  auto data = neo::FromBase58Check(TextAt(q, "text"));
  if (!data) return Fail(Reason::kChainInvalid, "no base58check");
  return Object{{"data", ToHex(*data)}};
}

Result<Object> Multisig(const Object& q) {
  std::vector<neo::PublicKey> keys;
  for (const auto& text : q.at("keys").as_array()) {
    NSL_TRY(auto key, neo::PublicKey::FromText(text.as_string()));
    keys.push_back(std::move(key));
  }
  auto order = TextAt(q, "order") == "point" ? neo::KeyOrder::kByPoint : neo::KeyOrder::kByEncoding;
  NSL_TRY(Bytes script, neo::MultisigScript(NumberAt(q, "m"), std::move(keys), order));
  return AccountFields(script);
}

Result<std::vector<neo::ContractParameter>> Parameters(const Object& q) {
  std::vector<neo::ContractParameter> out;
  for (const auto& one : q.at("parameters").as_array()) {
    NSL_TRY(auto parameter, neo::ParameterFromJson(one));
    out.push_back(std::move(parameter));
  }
  return out;
}

Result<Object> Script(const Object& q) {
  NSL_TRY(auto arguments, Parameters(q));
  NSL_TRY(auto contract, neo::ScriptHashFromText(TextAt(q, "contract")));
  neo::ScriptBuilder builder;
  builder.Call(contract, TextAt(q, "method"), arguments,
               static_cast<neo::CallFlags>(NumberAt(q, "flags")));
  NSL_TRY(Bytes script, builder.Take());
  return Object{{"script", ToHex(script)}};
}

Result<Object> Parameter(const Object& q) {
  NSL_TRY(auto list, Parameters(q));
  json::array out;
  for (const auto& parameter : list) out.push_back(neo::ToJson(parameter));
  return Object{{"parameters", std::move(out)}};
}

// From the fields, as a node shows them; then what its bytes say.
Result<Object> Transaction(const Object& q) {
  NSL_TRY(auto tx, neo::TransactionFromJson(q.at("tx")));
  NSL_TRY(Bytes raw, neo::EncodeTransaction(tx));
  NSL_TRY(auto again, neo::DecodeTransaction(raw));
  NSL_CHECK(again == tx);
  neo::Uint256 id = neo::TransactionHash(tx);
  return Object{{"raw", ToHex(raw)},
                {"hash", neo::ToText(id)},
                {"signed", ToHex(neo::SignedData(id, static_cast<uint32_t>(NumberAt(q, "magic"))))},
                {"size", raw.size()}};
}

Result<Object> Sign(const Object& q) {
  NSL_TRY(auto key, Key::FromScalar(HexAt(q, "key")));
  NSL_TRY(Bytes signature, key.Sign(HexAt(q, "data")));
  return Object{{"signature", ToHex(signature)}};
}

Result<Object> Verify(const Object& q) {
  NSL_TRY(auto key, neo::PublicKey::FromText(TextAt(q, "publicKey")));
  return Object{{"good", key.ecdsa().Verify(HexAt(q, "data"), HexAt(q, "signature"))}};
}

Result<Object> Block(const Object& q) {
  NSL_TRY(auto block, neo::DecodeBlock(HexAt(q, "raw")));
  const neo::BlockHeader& h = block.header;
  neo::Writer again;
  neo::Write(again, block);
  json::array ids;
  for (const auto& tx : block.transactions) {
    ids.emplace_back(neo::ToText(neo::TransactionHash(tx)));
  }
  return Object{{"raw", ToHex(again.view())},
                {"hash", neo::ToText(neo::BlockHash(h))},
                {"previous", neo::ToText(h.previous)},
                {"merkleRoot", neo::ToText(h.merkle_root)},
                {"timestamp", std::to_string(h.timestamp_ms)},
                {"nonce", std::to_string(h.nonce)},
                {"index", h.index},
                {"primary", h.primary},
                {"nextConsensus", neo::ToText(h.next_consensus)},
                {"transactions", std::move(ids)}};
}

Result<Object> ContractHash(const Object& q) {
  NSL_TRY(auto sender, neo::ScriptHashFromText(TextAt(q, "sender")));
  auto hash =
      neo::ContractHash(sender, static_cast<uint32_t>(NumberAt(q, "checksum")), TextAt(q, "name"));
  return Object{{"hash", neo::ToText(hash)}};
}

Result<Object> Nef(const Object& q) {
  neo::Nef nef{.compiler = TextAt(q, "compiler"),
               .source = TextAt(q, "source"),
               .tokens = {},
               .script = HexAt(q, "script")};
  for (const auto& value : q.at("tokens").as_array()) {
    const Object& t = value.as_object();
    NSL_TRY(auto contract, neo::ScriptHashFromText(TextAt(t, "hash")));
    nef.tokens.push_back({.contract = contract,
                          .method = TextAt(t, "method"),
                          .parameters = static_cast<uint16_t>(NumberAt(t, "parameters")),
                          .returns = t.at("returns").as_bool(),
                          .call_flags = static_cast<uint8_t>(NumberAt(t, "flags"))});
  }
  NSL_TRY(Bytes raw, neo::EncodeNef(nef));
  NSL_TRY(auto again, neo::DecodeNef(raw));
  NSL_CHECK(again == nef);
  return Object{{"raw", ToHex(raw)}, {"checksum", neo::ChecksumOf(nef)}};
}

Result<Object> Fee(const Object& q) {
  auto shape = neo::ShapeOfScript(HexAt(q, "script"));
  if (!shape) return Fail(Reason::kChainInvalid, "no standard script");
  // What the machine charges for the check, without the size of the transaction.
  auto factor = static_cast<int64_t>(NumberAt(q, "factor"));
  NSL_TRY(int64_t fee,
          neo::NetworkFee(0, neo::WitnessCost(*shape), {.exec_factor = factor * 10000}));
  return Object{{"fee", std::to_string(fee)}};
}

Result<Object> Nep2(const Object& q) {
  NSL_TRY(auto key, Key::FromScalar(HexAt(q, "key")));
  std::string passphrase = TextAt(q, "passphrase");
  NSL_TRY(std::string text, neo::EncryptNep2(key, AsBytes(passphrase)));
  NSL_TRY(auto opened, neo::DecryptNep2(text, AsBytes(passphrase)));
  NSL_CHECK(ToHex(opened.Scalar().view()) == TextAt(q, "key"));
  return Object{{"nep2", text}};
}

using Answerer = Result<Object> (*)(const Object&);

}  // namespace

Result<Object> Answer(std::string_view kind, const Object& question) {
  static const std::map<std::string_view, Answerer> kAnswerers = {{"account", Account},
                                                                  {"wif", Wif},
                                                                  {"address", Address},
                                                                  {"base58", Base58},
                                                                  {"base58read", Base58Read},
                                                                  {"multisig", Multisig},
                                                                  {"script", Script},
                                                                  {"parameter", Parameter},
                                                                  {"transaction", Transaction},
                                                                  {"sign", Sign},
                                                                  {"verify", Verify},
                                                                  {"block", Block},
                                                                  {"contracthash", ContractHash},
                                                                  {"nef", Nef},
                                                                  {"fee", Fee},
                                                                  {"nep2", Nep2}};
  auto found = kAnswerers.find(kind);
  NSL_CHECK(found != kAnswerers.end());
  return found->second(question);
}

}  // namespace nsl::differential
