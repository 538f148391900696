// SPDX-License-Identifier: Apache-2.0
//
// Vectors of other implementations for keys, accounts, signatures, messages and state proofs, read
// in place. Without the folder of NSL_SHARED_VECTORS they are skipped; the vectors of our own stand
// beside the code.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "neo/hd_key.h"
#include "neo/key_test_util.h"
#include "neo/message.h"
#include "neo/mpt_proof.h"
#include "neo/nep2.h"
#include "neo/signing.h"
#include "neo/test_vectors.h"
#include "neo/wif.h"

namespace nsl::neo {
namespace {

// One vector's input or expected values.
class Part {
 public:
  explicit Part(const boost::json::value& value) : value_(value) {}

  bool Has(std::string_view name) const { return value_.as_object().contains(name); }
  const boost::json::value& At(std::string_view name) const { return value_.as_object().at(name); }
  std::string Text(std::string_view name) const { return std::string(At(name).as_string()); }
  Bytes Raw(std::string_view name) const { return Hex(std::string_view(Text(name))); }
  uint64_t Number(std::string_view name) const { return At(name).to_number<uint64_t>(); }

 private:
  const boost::json::value& value_;
};

class KeyVectors : public VectorsTest {
 protected:
  KeyVectors() : VectorsTest(NSL_SHARED_VECTORS) {}

  void EachVector(std::string_view category, size_t least,
                  const std::function<void(const Part& in, const Part& out)>& check) {
    Each(category, least,
         [&](const json::value& in, const json::value& out) { check(Part(in), Part(out)); });
  }
};

crypto::P256PrivateKey KeyOf(const Part& in, std::string_view name = "private_key") {
  if (!in.Has(name)) return *PrivateKeyFromWif(in.Text("wif"));
  return *crypto::P256PrivateKey::FromScalar(in.Raw(name));
}

std::string ScalarText(const crypto::P256PrivateKey& key) {
  crypto::SecretBytes scalar = key.Scalar();
  return ToHex(scalar.view());
}

std::string WifText(const crypto::P256PrivateKey& key) {
  crypto::SecretBytes wif = ToWif(key);
  return std::string(AsText(wif.view()));
}

// Text form of what a vector shows without 0x.
std::string Displayed(const ScriptHash& hash) { return ToText(hash).substr(2); }

TEST_F(KeyVectors, Keys) {
  EachVector("key", 5, [](const Part& in, const Part& out) {
    crypto::P256PrivateKey key = KeyOf(in);
    PublicKey pub(key.PublicKey());
    EXPECT_EQ(pub.ToText(), out.Text("public_key"));
    EXPECT_EQ(AddressOf(pub), out.Text("address"));
    EXPECT_EQ(Displayed(AccountOf(pub)),
              out.Text(out.Has("script_hash_be") ? "script_hash_be" : "account_script_hash_be"));
    if (!out.Has("wif")) return;
    EXPECT_EQ(WifText(key), out.Text("wif"));
    EXPECT_EQ(ToHex(SingleKeyScript(pub)), out.Text("verification_script"));
    EXPECT_EQ(ToHex(AccountOf(pub).bytes), out.Text("script_hash_le"));
    EXPECT_EQ(ToHex(pub.ecdsa().Uncompressed()), out.Text("public_key_uncompressed"));
  });
}

TEST_F(KeyVectors, Wif) {
  EachVector("wif", 4, [](const Part& in, const Part& out) {
    auto key = PrivateKeyFromWif(in.Text("wif"));
    bool good = !out.Has("error") && out.At("compressed").as_bool();
    ASSERT_EQ(key.has_value(), good);
    if (good) {
      EXPECT_EQ(ScalarText(*key), out.Text("private_key"));
      EXPECT_EQ(WifText(*key), in.Text("wif"));
    }
  });
}

crypto::ScryptParams ScryptOf(const Part& in) {
  Part scrypt(in.At("scrypt"));
  return {.n = scrypt.Number("n"),
          .r = static_cast<uint32_t>(scrypt.Number("r")),
          .p = static_cast<uint32_t>(scrypt.Number("p"))};
}

TEST_F(KeyVectors, Nep2) {
  EachVector("nep2", 8, [](const Part& in, const Part& out) {
    std::string passphrase = in.Text("passphrase_utf8");
    EXPECT_EQ(*EncryptNep2(KeyOf(in), AsBytes(passphrase), ScryptOf(in)), out.Text("nep2"));
    auto key = DecryptNep2(out.Text("nep2"), AsBytes(passphrase), ScryptOf(in));
    ASSERT_TRUE(key) << key.error().detail;
    EXPECT_EQ(ScalarText(*key), in.Text("private_key"));
  });
}

TEST_F(KeyVectors, Nep6) {
  EachVector("nep6", 1, [](const Part& in, const Part& out) {
    auto key = DecryptNep2(in.Text("nep2"), AsBytes(in.Text("password")), ScryptOf(in));
    ASSERT_TRUE(key) << key.error().detail;
    PublicKey pub(key->PublicKey());
    EXPECT_EQ(WifText(*key), out.Text("wif"));
    EXPECT_EQ(ToBase64(SingleKeyScript(pub)), in.Text("account0_contract_script_b64"));
    EXPECT_EQ(AddressOf(pub), out.Text("address0"));
    Bytes shared = *MultisigScript(1, {pub});
    EXPECT_EQ(ToBase64(shared), in.Text("account2_contract_script_b64"));
    EXPECT_EQ(ToAddress(HashOfScript(shared)), out.Text("multisig_1of1_address"));
  });
}

TEST_F(KeyVectors, Addresses) {
  EachVector("address", 2, [](const Part& in, const Part& out) {
    auto hash = ScriptHashFromAddress(in.Text("address"));
    ASSERT_TRUE(hash);
    EXPECT_EQ(Displayed(*hash), out.Text("script_hash_be"));
    EXPECT_EQ(ToHex(hash->bytes), out.Text("script_hash_wire_le"));
    EXPECT_EQ(ToAddress(*hash), in.Text("address"));
  });
}

TEST_F(KeyVectors, Multisig) {
  EachVector("multisig", 6, [](const Part& in, const Part& out) {
    std::vector<PublicKey> keys;
    for (const json::value& key : in.At("public_keys").as_array()) {
      keys.push_back(*PublicKey::FromText(std::string(key.as_string())));
    }
    auto script = MultisigScript(in.Number("m"), keys);
    ASSERT_TRUE(script) << script.error().detail;
    EXPECT_EQ(ToHex(*script), out.Text("verification_script"));
    EXPECT_EQ(Displayed(HashOfScript(*script)), out.Text("script_hash_be"));
    EXPECT_EQ(ToAddress(HashOfScript(*script)), out.Text("address"));
  });
}

TEST_F(KeyVectors, Ecdsa) {
  EachVector("ecdsa", 3, [](const Part& in, const Part& out) {
    Bytes message = ToBytes(in.Text("message_utf8"));
    if (in.Has("private_key")) {
      crypto::P256PrivateKey key = KeyOf(in);
      EXPECT_EQ(ToHex(*key.Sign(message)), out.Text("signature"));
      EXPECT_EQ(PublicKey(key.PublicKey()).ToText(), out.Text("public_key"));
    } else {
      PublicKey key = *PublicKey::FromText(in.Text("public_key"));
      EXPECT_EQ(key.ecdsa().Verify(message, in.Raw("signature")), out.At("valid").as_bool());
    }
  });
}

TEST_F(KeyVectors, DataToSign) {
  EachVector("tx", 1, [](const Part& in, const Part& out) {
    if (!out.Has("sign_data") || !in.Has("unsigned")) return;
    Hash256 id = crypto::Sha256(in.Raw("unsigned"));
    SignData data = TransactionSignData(static_cast<uint32_t>(in.Number("magic")), id);
    EXPECT_EQ(ToHex(data), out.Text("sign_data"));
  });
}

TEST_F(KeyVectors, Bip39) {
  EachVector("bip39", 1, [](const Part& in, const Part& out) {
    auto seed = Bip39Seed(in.Text("mnemonic"), in.Text("passphrase"));
    ASSERT_TRUE(seed);
    EXPECT_EQ(ToHex(seed->view()), out.Text("seed"));
  });
}

void ExpectHdKey(const Result<HdKey>& key, const Part& out) {
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(ScalarText(key->key()), out.Text("private_key"));
  PublicKey pub(key->key().PublicKey());
  if (out.Has("public_key")) EXPECT_EQ(pub.ToText(), out.Text("public_key"));
  if (out.Has("address")) EXPECT_EQ(AddressOf(pub), out.Text("address"));
  if (out.Has("chain_code")) EXPECT_EQ(ToHex(key->chain_code().view()), out.Text("chain_code"));
}

TEST_F(KeyVectors, Bip32) {
  EachVector("bip32", 2, [](const Part& in, const Part& out) {
    if (in.Has("mnemonic")) {
      auto seed = Bip39Seed(in.Text("mnemonic"), in.Text("passphrase"));
      KeyPath path = *ParseKeyPath(in.Text("path"));
      EXPECT_EQ(path, NeoKeyPath(0));
      for (auto [rule, name] :
           {std::pair{SeedRule::kBip32, "Bitcoin seed"}, {SeedRule::kSlip10, "Nist256p1 seed"}}) {
        ExpectHdKey(HdKey::FromSeed(seed->view(), rule)->Derive(path), Part(out.At(name)));
      }
    } else {
      auto master = HdKey::FromSeed(in.Raw("seed"), SeedRule::kSlip10);
      ExpectHdKey(master, Part(out.At("m")));
      ExpectHdKey(master->Child(kHardened), Part(out.At("m_0h")));
    }
  });
}

// The layouts of a text that a signature fits.
std::vector<std::string> Fitting(const Part& in, const Part& out) {
  std::string text = in.Text("message");
  PublicKey key = *PublicKey::FromText(out.Text("public_key"));
  Bytes signature = out.Raw("signature");
  std::vector<std::string> names;
  auto test = [&](const char* name, const auto& message) {
    if (message && message->SignedBy(key, signature)) names.emplace_back(name);
  };
  test("classic without salt", WalletMessage::ClassicWithoutSalt(text));
  test("plain", WalletMessage::Plain(text));
  test("fake transaction without salt", WalletMessage::FakeTransaction({}, text));
  if (!in.Has("salt")) return names;
  std::string salt = in.Text("salt");
  test("classic", SignableMessage::Classic(salt, text));
  test("fake transaction", WalletMessage::FakeTransaction(salt, text));
  if (!in.Has("magic")) return names;
  auto magic = static_cast<uint32_t>(in.Number("magic"));
  test("replay safe", WalletMessage::ReplaySafe(magic, salt, text));
  return names;
}

TEST_F(KeyVectors, Messages) {
  std::vector<std::string> all;
  EachVector("message", 8, [&](const Part& in, const Part& out) {
    if (!out.Has("signature")) {
      EXPECT_FALSE(WalletMessage::Plain(in.Text("message")));
      return;
    }
    std::vector<std::string> names = Fitting(in, out);
    ASSERT_EQ(names.size(), 1u);
    all.push_back(names[0]);
    if (names[0] == "classic") {
      auto message = SignableMessage::Classic(in.Text("salt"), in.Text("message"));
      EXPECT_EQ(ToHex(*message->SignWith(KeyOf(in))), out.Text("signature"));
    }
  });
  std::ranges::sort(all);
  if (all.empty()) return;
  EXPECT_EQ(all, (std::vector<std::string>{
                     "classic", "classic without salt", "classic without salt", "fake transaction",
                     "fake transaction without salt", "plain", "replay safe"}));
}

TEST_F(KeyVectors, Nep20) {
  EachVector("nep20", 3, [](const Part& in, const Part& out) {
    bool sample = in.Has("network_effective");
    AuthenticationChallenge challenge{
        .network = static_cast<uint32_t>(in.Number(sample ? "network_effective" : "network")),
        .nonce = std::stoull(in.Text("nonce")),
        .timestamp = static_cast<uint32_t>(in.Number("timestamp")),
        .domain = in.Has("domain") ? in.Text("domain") : std::string("example.com")};
    PublicKey key = *PublicKey::FromText((sample ? in : out).Text("public_key"));
    EXPECT_EQ(AddressOf(key), in.Text("address"));
    Bytes signature = out.Raw("signature");
    auto now = SignableMessage::Authentication(challenge, AccountOf(key));
    EXPECT_EQ(now->SignedBy(key, signature), in.Has("domain"));
    if (in.Has("domain")) EXPECT_EQ(ToHex(*now->SignWith(KeyOf(in))), out.Text("signature"));
    auto of_2021 = WalletMessage::Authentication2021(challenge, AccountOf(key));
    EXPECT_EQ(of_2021.SignedBy(key, signature), sample);
    auto neo_line = WalletMessage::AuthenticationNeoLine(challenge, AccountOf(key));
    EXPECT_EQ(neo_line.SignedBy(key, signature), !sample && !in.Has("domain"));
  });
}

Hash256 RootOf(const Part& out) {
  Bytes raw = out.Raw("root_be");
  std::ranges::reverse(raw);
  return *ToArray<32>(raw);
}

TEST_F(KeyVectors, StateProofs) {
  EachVector("mpt", 3, [](const Part& in, const Part& out) {
    if (out.Has("proof_base64")) {
      auto proof = ParseMptProof(*FromBase64(out.Text("proof_base64")));
      ASSERT_TRUE(proof) << proof.error().detail;
      auto id = static_cast<int32_t>(in.At("contract_id").as_int64());
      EXPECT_EQ(proof->key, MptKey(id, in.Raw("key")));
      auto value = VerifyMptProof(RootOf(out), proof->key, proof->nodes);
      ASSERT_TRUE(value) << value.error().detail;
      EXPECT_EQ(ToHex(*value), out.Text("value_hex"));
      EXPECT_EQ(ToBase64(WriteMptProof(*proof)), out.Text("proof_base64"));
    }
    if (!out.Has("proofs")) return;
    for (const auto& [key, list] : out.At("proofs").as_object()) {
      std::vector<Bytes> nodes;
      for (const json::value& node : list.as_array()) {
        nodes.push_back(Hex(std::string(node.as_string())));
      }
      auto value = VerifyMptProof(RootOf(out), Hex(std::string(key)), nodes);
      ASSERT_TRUE(value) << key << ": " << value.error().detail;
      EXPECT_EQ(ToHex(*value), Part(in.At("pairs")).Text(std::string(key)));
    }
  });
}

}  // namespace
}  // namespace nsl::neo
