// SPDX-License-Identifier: Apache-2.0
#include "neo/verification_script.h"

#include <algorithm>

namespace nsl::neo {
namespace {

constexpr uint8_t kPushInt8 = 0x00;
constexpr uint8_t kPushData1 = 0x0c;
constexpr uint8_t kPush0 = 0x10;
constexpr uint8_t kPush1 = 0x11;
constexpr uint8_t kPush16 = 0x20;
// SYSCALL and the first four bytes of SHA256 of the name.
constexpr ByteArray<5> kCheckSig = {0x41, 0x56, 0xe7, 0xb3, 0x27};
constexpr ByteArray<5> kCheckMultisig = {0x41, 0x9e, 0xd0, 0xdc, 0x3a};
constexpr size_t kSingleKeyBytes = 2 + kPublicKeyBytes + kCheckSig.size();

void Push(Bytes& out, ByteView data) {
  out.push_back(kPushData1);
  out.push_back(static_cast<uint8_t>(data.size()));
  out.insert(out.end(), data.begin(), data.end());
}

// 1 to 127.
void PushCount(Bytes& out, size_t n) {
  if (n > 16) out.push_back(kPushInt8);
  out.push_back(static_cast<uint8_t>(n > 16 ? n : kPush0 + n));
}

// The instructions of these scripts, one after another; remembers where it stands.
class Scan {
 public:
  Scan(ByteView script, const char* name) : script_(script), name_(name) {}

  bool AtEnd() const { return at_ == script_.size(); }
  bool AtData() const { return at_ < script_.size() && script_[at_] == kPushData1; }

  Result<size_t> Count() {
    if (Left() < 1) return Refuse("a count is missing");
    uint8_t op = script_[at_];
    if (op >= kPush1 && op <= kPush16) {
      ++at_;
      return size_t{op} - kPush0;
    }
    // Smaller numbers have a shorter form, and the shorter one is used.
    if (op != kPushInt8 || Left() < 2 || script_[at_ + 1] < 16 || script_[at_ + 1] > 127) {
      return Refuse("no count from 1 to 127 in its usual form");
    }
    at_ += 2;
    return size_t{script_[at_ - 1]};
  }

  Result<ByteView> Data(size_t length) {
    if (!AtData() || Left() < 2 + length || script_[at_ + 1] != length) {
      return Refuse("no PUSHDATA1 of " + std::to_string(length) + " bytes");
    }
    at_ += 2 + length;
    return script_.subspan(at_ - length, length);
  }

  Result<PublicKey> Key() {
    NSL_TRY(ByteView raw, Data(kPublicKeyBytes));
    auto key = PublicKey::FromBytes(raw);
    if (!key) {
      at_ -= kPublicKeyBytes;
      return Refuse(key.error().detail);
    }
    return key;
  }

  Status End(ByteView syscall, const char* what) {
    if (!std::ranges::equal(script_.subspan(at_), syscall)) {
      return Refuse(std::string("not ") + what + " as the last instruction");
    }
    return {};
  }

  std::unexpected<Error> Refuse(const std::string& what) const {
    return Fail(Reason::kChainInvalid,
                std::string(name_) + ", at byte " + std::to_string(at_) + ": " + what);
  }

 private:
  size_t Left() const { return script_.size() - at_; }

  ByteView script_;
  const char* name_;
  size_t at_ = 0;
};

Status CheckShape(size_t threshold, const std::vector<PublicKey>& keys) {
  if (keys.empty() || keys.size() > kMaxMultisigKeys) {
    return Fail(Reason::kChainInvalid,
                "an account has from 1 to 29 keys, not " + std::to_string(keys.size()));
  }
  if (threshold < 1 || threshold > keys.size() || threshold > kMaxSignatures) {
    return Fail(Reason::kChainInvalid, "the threshold of an account of " +
                                           std::to_string(keys.size()) + " keys lies from 1 to " +
                                           std::to_string(std::min(keys.size(), kMaxSignatures)) +
                                           ", not at " + std::to_string(threshold));
  }
  return {};
}

Result<VerificationScript> ParseMultisig(Scan scan) {
  NSL_TRY(size_t threshold, scan.Count());
  VerificationScript out;
  while (scan.AtData()) {
    if (out.keys.size() == kMaxMultisigKeys) return scan.Refuse("more than 29 keys");
    NSL_TRY(PublicKey key, scan.Key());
    out.keys.push_back(std::move(key));
  }
  if (threshold > out.keys.size()) {
    return scan.Refuse("a threshold of " + std::to_string(threshold) + " for " +
                       std::to_string(out.keys.size()) + " keys");
  }
  Scan before = scan;
  NSL_TRY(size_t count, scan.Count());
  if (count != out.keys.size()) {
    return before.Refuse("a count of " + std::to_string(count) + " for " +
                         std::to_string(out.keys.size()) + " keys");
  }
  NSL_TRY_VOID(scan.End(kCheckMultisig, "System.Crypto.CheckMultisig"));
  out.threshold = threshold;
  return out;
}

}  // namespace

void SortKeys(std::vector<PublicKey>& keys, KeyOrder order) {
  auto compare = order == KeyOrder::kByPoint ? CompareByPoint : CompareByEncoding;
  std::ranges::sort(
      keys, [compare](const PublicKey& a, const PublicKey& b) { return compare(a, b) < 0; });
}

Bytes SingleKeyScript(const PublicKey& key) {
  Bytes out;
  out.reserve(kSingleKeyBytes);
  Push(out, key.bytes());
  out.insert(out.end(), kCheckSig.begin(), kCheckSig.end());
  return out;
}

Result<Bytes> MultisigScript(size_t threshold, std::vector<PublicKey> keys, KeyOrder order) {
  NSL_TRY_VOID(CheckShape(threshold, keys));
  SortKeys(keys, order);
  if (auto twice = std::ranges::adjacent_find(keys); twice != keys.end()) {
    return Fail(Reason::kChainInvalid, "the public key " + twice->ToText() + " is named twice");
  }
  Bytes out;
  PushCount(out, threshold);
  for (const PublicKey& key : keys) Push(out, key.bytes());
  PushCount(out, keys.size());
  out.insert(out.end(), kCheckMultisig.begin(), kCheckMultisig.end());
  return out;
}

Result<VerificationScript> ParseVerificationScript(ByteView script) {
  Scan scan(script, "a verification script of a standard account");
  if (script.size() > kMaxWitnessScriptBytes) return scan.Refuse("more than 1024 bytes");
  if (!scan.AtData()) return ParseMultisig(scan);
  VerificationScript out;
  NSL_TRY(PublicKey key, scan.Key());
  out.keys.push_back(std::move(key));
  NSL_TRY_VOID(scan.End(kCheckSig, "System.Crypto.CheckSig"));
  return out;
}

ScriptHash AccountOf(const PublicKey& key) { return HashOfScript(SingleKeyScript(key)); }
std::string AddressOf(const PublicKey& key) { return ToAddress(AccountOf(key)); }

Bytes InvocationScript(std::span<const Signature> signatures) {
  NSL_CHECK(signatures.size() <= kMaxSignatures);
  Bytes out;
  out.reserve(signatures.size() * (2 + kSignatureBytes));
  for (const Signature& signature : signatures) Push(out, signature);
  return out;
}

Result<std::vector<Signature>> ParseInvocationScript(ByteView script) {
  Scan scan(script, "an invocation script of a standard account");
  if (script.size() > kMaxWitnessScriptBytes) return scan.Refuse("more than 1024 bytes");
  std::vector<Signature> out;
  do {
    NSL_TRY(ByteView raw, scan.Data(kSignatureBytes));
    out.push_back(*ToArray<kSignatureBytes>(raw));
  } while (!scan.AtEnd());
  return out;
}

Result<Bytes> BftScript(std::vector<PublicKey> validators) {
  size_t threshold = BftThreshold(validators.size());
  return MultisigScript(threshold, std::move(validators));
}

Result<Bytes> CommitteeScript(std::vector<PublicKey> committee) {
  size_t threshold = CommitteeThreshold(committee.size());
  return MultisigScript(threshold, std::move(committee));
}

}  // namespace nsl::neo
