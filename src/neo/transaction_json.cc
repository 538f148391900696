// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction_json.h"

#include <algorithm>
#include <limits>

#include "neo/integer.h"
#include "neo/json_fields.h"
#include "neo/script_builder.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;
using enum AttributeType;

constexpr std::pair<AttributeType, std::string_view> kAttributes[] = {
    {kHighPriority, "HighPriority"},     {kOracleResponse, "OracleResponse"},
    {kNotValidBefore, "NotValidBefore"}, {kConflicts, "Conflicts"},
    {kNotaryAssisted, "NotaryAssisted"},
};

constexpr std::pair<OracleCode, std::string_view> kCodes[] = {
    {OracleCode::kSuccess, "Success"},
    {OracleCode::kProtocolNotSupported, "ProtocolNotSupported"},
    {OracleCode::kConsensusUnreachable, "ConsensusUnreachable"},
    {OracleCode::kNotFound, "NotFound"},
    {OracleCode::kTimeout, "Timeout"},
    {OracleCode::kForbidden, "Forbidden"},
    {OracleCode::kResponseTooLarge, "ResponseTooLarge"},
    {OracleCode::kInsufficientFunds, "InsufficientFunds"},
    {OracleCode::kContentTypeNotSupported, "ContentTypeNotSupported"},
    {OracleCode::kError, "Error"},
};

json::value Text(std::string_view text) { return json::string(text.data(), text.size()); }

// Signed where it fits, as a parser gives it.
json::value Number(uint64_t value) {
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return value;
  return static_cast<int64_t>(value);
}

template <class T, size_t N>
std::string_view NameOf(const std::pair<T, std::string_view> (&rows)[N], T value) {
  for (const auto& [known, name] : rows) {
    if (known == value) return name;
  }
  return "?";
}

template <class T, size_t N>
T ByName(JsonFields& f, std::string_view field, const std::pair<T, std::string_view> (&rows)[N]) {
  std::string text = f.Text(field);
  for (const auto& [value, name] : rows) {
    if (name == text) return value;
  }
  f.Refuse(field, "there is no '" + text.substr(0, 40) + "'");
  return rows[0].first;
}

Bytes Base64(JsonFields& f, std::string_view field, size_t max) {
  auto raw = FromBase64(f.Text(field));
  if (raw && raw->size() <= max) return *std::move(raw);
  f.Refuse(field, "base64 of at most " + std::to_string(max) + " bytes is expected");
  return {};
}

// Nodes write 64-bit amounts as text, some old ones as a number.
int64_t Amount(JsonFields& f, std::string_view field) {
  const json::value* value = f.Any(field);
  if (value == nullptr) return 0;
  if (value->is_int64()) return f.Number(field, std::numeric_limits<int64_t>::max());
  auto number = Integer::FromText(f.Text(field));
  std::optional<int64_t> out = number ? number->ToInt64() : std::nullopt;
  if (out && *out >= 0) return *out;
  f.Refuse(field, "an amount from 0 up to 2^63 - 1 is expected");
  return 0;
}

uint64_t Unsigned64(JsonFields& f, std::string_view field) {
  const json::value* value = f.Any(field);
  if (value == nullptr) return 0;
  if (value->is_uint64()) return value->get_uint64();
  return static_cast<uint64_t>(f.Number(field, std::numeric_limits<int64_t>::max()));
}

void ReadLists(JsonFields& f, Transaction& tx) {
  f.List("signers", kMaxSignersAndAttributes, [&](const json::value& v, auto& at) -> Status {
    NSL_TRY(Signer signer, SignerFromJson(v, at));
    tx.signers.push_back(std::move(signer));
    return {};
  });
  f.List("attributes", kMaxSignersAndAttributes, [&](const json::value& v, auto& at) -> Status {
    NSL_TRY(Attribute attribute, AttributeFromJson(v, at));
    tx.attributes.push_back(std::move(attribute));
    return {};
  });
  f.List("witnesses", kMaxSignersAndAttributes, [&](const json::value& v, auto& at) -> Status {
    NSL_TRY(Witness witness, WitnessFromJson(v, at));
    tx.witnesses.push_back(std::move(witness));
    return {};
  });
}

// What the text says of the transaction besides its fields.
void CheckClaims(JsonFields& f, const Transaction& tx) {
  if (f.Any("hash", false) != nullptr) {
    Uint256 hash = f.Take("hash", Uint256FromText(f.Text("hash")));
    if (hash != TransactionHash(tx)) f.Refuse("hash", "it is " + ToText(TransactionHash(tx)));
  }
  if (f.Any("size", false) != nullptr && !tx.witnesses.empty()) {
    auto size = static_cast<size_t>(f.Number("size", kMaxTransactionBytes));
    if (size != SizeOf(tx)) f.Refuse("size", "it is " + std::to_string(SizeOf(tx)));
  }
  if (f.Any("sender", false) != nullptr && !tx.signers.empty()) {
    ScriptHash sender = f.Take("sender", ParseAccount(f.Text("sender")));
    if (sender != tx.signers[0].account) f.Refuse("sender", "it is not the first signer");
  }
  for (std::string_view name : {"blockhash", "confirmations", "blocktime", "vmstate"}) {
    f.Any(name, false);
  }
}

}  // namespace

Result<Attribute> AttributeFromJson(const json::value& v, const std::string& pointer) {
  JsonFields f(v, pointer);
  Attribute out;
  out.type = ByName(f, "type", kAttributes);
  switch (out.type) {
    case kHighPriority:
      break;
    case kOracleResponse:
      out.oracle_id = Unsigned64(f, "id");
      out.oracle_code = ByName(f, "code", kCodes);
      out.oracle_result = Base64(f, "result", kMaxOracleResultBytes);
      break;
    case kNotValidBefore:
      out.height = static_cast<uint32_t>(f.Number("height", 0xffff'ffff));
      break;
    case kConflicts:
      out.hash = f.Take("hash", Uint256FromText(f.Text("hash")));
      break;
    case kNotaryAssisted:
      out.keys = static_cast<uint8_t>(f.Number("nkeys", 0xff));
      break;
  }
  NSL_TRY_VOID(f.Finish());
  return out;
}

json::value ToJson(const Attribute& a) {
  json::object out{{"type", Text(NameOf(kAttributes, a.type))}};
  if (a.type == kOracleResponse) {
    out["id"] = Number(a.oracle_id);
    out["code"] = Text(NameOf(kCodes, a.oracle_code));
    out["result"] = Text(ToBase64(a.oracle_result));
  }
  if (a.type == kNotValidBefore) out["height"] = Number(a.height);
  if (a.type == kConflicts) out["hash"] = Text(ToText(a.hash));
  if (a.type == kNotaryAssisted) out["nkeys"] = Number(a.keys);
  return out;
}

Result<Witness> WitnessFromJson(const json::value& v, const std::string& pointer) {
  JsonFields f(v, pointer);
  Witness out;
  out.invocation = Base64(f, "invocation", kMaxWitnessScriptBytes);
  out.verification = Base64(f, "verification", kMaxWitnessScriptBytes);
  NSL_TRY_VOID(f.Finish());
  return out;
}

json::value ToJson(const Witness& witness) {
  return json::object{{"invocation", Text(ToBase64(witness.invocation))},
                      {"verification", Text(ToBase64(witness.verification))}};
}

Result<Transaction> TransactionFromJson(const json::value& v, const std::string& pointer) {
  JsonFields f(v, pointer);
  Transaction tx;
  f.Number("version", 0);
  tx.nonce = static_cast<uint32_t>(f.Number("nonce", 0xffff'ffff));
  tx.system_fee = Amount(f, "sysfee");
  tx.network_fee = Amount(f, "netfee");
  tx.valid_until_block = static_cast<uint32_t>(f.Number("validuntilblock", 0xffff'ffff));
  tx.script = Base64(f, "script", kMaxScriptBytes);
  ReadLists(f, tx);
  if (f.ok()) CheckClaims(f, tx);
  NSL_TRY_VOID(f.Finish());
  // The rules that look at more than one field are those of decoding.
  auto raw = tx.witnesses.empty() ? EncodeUnsignedTransaction(tx) : EncodeTransaction(tx);
  if (!raw) f.Refuse("", raw.error().detail);
  NSL_TRY_VOID(f.status());
  return tx;
}

json::value ToJson(const Transaction& tx) {
  json::array signers;
  for (const Signer& signer : tx.signers) signers.push_back(ToJson(signer));
  json::array attributes;
  for (const Attribute& attribute : tx.attributes) attributes.push_back(ToJson(attribute));
  json::array witnesses;
  for (const Witness& witness : tx.witnesses) witnesses.push_back(ToJson(witness));
  json::object out{{"hash", Text(ToText(TransactionHash(tx)))},
                   {"size", Number(SizeOf(tx))},
                   {"version", 0},
                   {"nonce", Number(tx.nonce)}};
  if (!tx.signers.empty()) out["sender"] = Text(ToAddress(tx.signers[0].account));
  out["sysfee"] = Text(std::to_string(tx.system_fee));
  out["netfee"] = Text(std::to_string(tx.network_fee));
  out["validuntilblock"] = Number(tx.valid_until_block);
  out["signers"] = std::move(signers);
  out["attributes"] = std::move(attributes);
  out["script"] = Text(ToBase64(tx.script));
  out["witnesses"] = std::move(witnesses);
  return out;
}

}  // namespace nsl::neo
