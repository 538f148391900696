// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as each form in which keys, accounts, witnesses and state proofs of Neo arrive. What a
// reader accepts is written back to the same text or bytes.
#include "crypto/hash.h"
#include "neo/hd_key.h"
#include "neo/message.h"
#include "neo/mpt_proof.h"
#include "neo/nep2.h"
#include "neo/nep6.h"
#include "neo/signing.h"
#include "neo/wif.h"

namespace {

using nsl::AsText;
using nsl::ByteView;

// Few rounds, so that the text is what is fuzzed.
constexpr nsl::crypto::ScryptParams kQuick = {.n = 2, .r = 1, .p = 1};

void Texts(std::string_view text) {
  if (auto key = nsl::neo::PrivateKeyFromWif(text)) {
    nsl::crypto::SecretBytes wif = nsl::neo::ToWif(*key);
    NSL_CHECK(AsText(wif.view()) == text);
  }
  if (auto path = nsl::neo::ParseKeyPath(text)) NSL_CHECK(nsl::neo::ToText(*path) == text);
  if (auto account = nsl::neo::ScriptHashFromAddress(text)) {
    NSL_CHECK(nsl::neo::ToAddress(*account) == text);
  }
  auto opened = nsl::neo::DecryptNep2(text, {}, kQuick);
  if (opened) {
    auto again = nsl::neo::EncryptNep2(*opened, {}, kQuick);
    NSL_CHECK(again.has_value() && *again == text);
  }
}

void WalletFiles(std::string_view text) {
  auto wallet = nsl::neo::ParseNep6(text);
  if (!wallet) return;
  auto once = nsl::neo::WriteNep6(*wallet);
  // Writing may be longer than reading: null for what was left out.
  if (!once) return;
  auto again = nsl::neo::ParseNep6(*once);
  NSL_CHECK(again.has_value() && again->accounts.size() == wallet->accounts.size());
  auto twice = nsl::neo::WriteNep6(*again);
  NSL_CHECK(twice.has_value() && *twice == *once);
}

void Scripts(ByteView in) {
  if (auto script = nsl::neo::ParseVerificationScript(in)) {
    NSL_CHECK(!script->keys.empty() && script->signatures() <= script->keys.size());
    if (!script->multisig())
      NSL_CHECK(nsl::neo::SingleKeyScript(script->keys[0]) == nsl::ToBytes(in));
  }
  if (auto signatures = nsl::neo::ParseInvocationScript(in)) {
    NSL_CHECK(nsl::neo::InvocationScript(*signatures) == nsl::ToBytes(in));
  }
  size_t half = in.size() / 2;
  nsl::neo::Witness witness{nsl::ToBytes(in.first(half)), nsl::ToBytes(in.subspan(half))};
  auto account = nsl::neo::HashOfScript(witness.verification);
  (void)nsl::neo::VerifyWitness(witness, account, 1, {});
}

void Proofs(ByteView in) {
  auto proof = nsl::neo::ParseMptProof(in);
  if (!proof) return;
  NSL_CHECK(nsl::neo::WriteMptProof(*proof) == nsl::ToBytes(in));
  if (proof->nodes.empty()) return;
  // Under a root that fits, so that the nodes are read.
  nsl::Hash256 root = nsl::crypto::Hash256(proof->nodes[0]);
  auto value = nsl::neo::VerifyMptProof(root, proof->key, proof->nodes);
  if (value) NSL_CHECK(value->size() <= nsl::neo::kMaxMptValueBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteView in(data, size);
  Texts(AsText(in));
  WalletFiles(AsText(in));
  Scripts(in);
  Proofs(in);
  (void)nsl::neo::WalletMessage::Plain(AsText(in));
  return 0;
}
