// SPDX-License-Identifier: Apache-2.0
#include "neo/script_hash.h"

#include <algorithm>

#include "crypto/hash.h"
#include "neo/base58.h"

namespace nsl::neo {
namespace {

// What a caller sent, short enough for an error.
std::string Shown(std::string_view text) {
  std::string out(text.substr(0, 64));
  if (text.size() > 64) out += "…";
  return out;
}

}  // namespace

ScriptHash HashOfScript(ByteView script) { return {crypto::Hash160(script)}; }

std::string ToText(const ScriptHash& hash) {
  ByteArray<20> reversed = hash.bytes;
  std::reverse(reversed.begin(), reversed.end());
  return "0x" + ToHex(reversed);
}

std::string ToAddress(const ScriptHash& hash) {
  ByteArray<21> payload;
  payload[0] = kAddressVersion;
  std::copy(hash.bytes.begin(), hash.bytes.end(), payload.begin() + 1);
  return ToBase58Check(payload);
}

Result<ScriptHash> ScriptHashFromText(std::string_view text) {
  std::string_view digits = text.starts_with("0x") ? text.substr(2) : text;
  std::optional<Bytes> raw;
  if (digits.size() == 40) raw = FromHex(digits);
  if (!raw) {
    return Fail(Reason::kChainInvalid,
                "a script hash is 0x and 40 hexadecimal digits, not '" + Shown(text) + "'");
  }
  ScriptHash out;
  std::copy(raw->rbegin(), raw->rend(), out.bytes.begin());
  return out;
}

Result<ScriptHash> ScriptHashFromAddress(std::string_view text) {
  std::optional<Bytes> raw = FromBase58Check(text);
  if (!raw) {
    return Fail(
        Reason::kChainInvalid,
        "'" + Shown(text) + "' is no Neo address: its characters or its checksum are wrong");
  }
  if (raw->size() != 21 || (*raw)[0] != kAddressVersion) {
    return Fail(Reason::kChainInvalid,
                "'" + Shown(text) + "' is no Neo N3 address: N3 addresses start with N");
  }
  ScriptHash out;
  std::copy(raw->begin() + 1, raw->end(), out.bytes.begin());
  return out;
}

Result<ScriptHash> ParseAccount(std::string_view text) {
  bool address = text.starts_with('N') && text.size() == 34;
  return address ? ScriptHashFromAddress(text) : ScriptHashFromText(text);
}

}  // namespace nsl::neo
