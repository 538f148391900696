// SPDX-License-Identifier: Apache-2.0
#include "receipt_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/codec.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "enclave/simulated/simulated_module.h"

namespace nsl::cli {
namespace {

namespace fr = function_runner;
namespace fs = std::filesystem;
using orchestrator::OpenReceipt;
using testing::HasSubstr;

// A batch of three runs, signed as the runner does it.
class ReceiptFileTest : public testing::Test {
 protected:
  ReceiptFileTest() : key_(crypto::P256PrivateKey::Generate(random_)) {
    std::string path = testing::TempDir() + "nsl-receipt-XXXXXX";
    folder_ = mkdtemp(path.data());
    EXPECT_TRUE(enclave::InitSimulatedModule(folder_, clock_, random_));
    module_ = Open("runner");
    trust_ = {module_->root_der(), true};
  }
  ~ReceiptFileTest() override { fs::remove_all(folder_); }

  std::unique_ptr<enclave::SimulatedModule> Open(const std::string& role) {
    auto module = enclave::SimulatedModule::Open(
        folder_ + "/" + role + ".module", folder_ + "/root.der", role, Hash256{}, clock_, random_);
    EXPECT_TRUE(module) << module.error().ToString();
    return std::move(*module);
  }

  Bytes Document(enclave::SimulatedModule& module, const std::string& role) {
    enclave::AttestedKeys keys;
    keys.tag = "nsl/attest/1";
    keys.role = role;
    keys.release = "test";
    keys.name_space = "ns";
    keys.boot_id = boot_id_;
    keys.signing_key = ToBytes(key_.PublicKey().Compressed());
    keys.config_hash = Bytes(32, 0);
    enclave::AttestRequest request;
    request.user_data = ToCbor(keys);
    auto document = module.Attest(request);
    EXPECT_TRUE(document) << document.error().ToString();
    return *document;
  }

  Bytes Leaf(uint64_t sequence) {
    fr::ReceiptLeaf leaf;
    leaf.run_id = "run_0123456789abcdefghjkmnpqrs";
    leaf.origin = "manual";
    leaf.evidence = "host";
    leaf.code_hash = hash_;
    leaf.credential_hash = hash_;
    leaf.input_hash = input_hash_;
    leaf.output_hash = hash_;
    leaf.cpu_us = 7;
    leaf.run_sequence = sequence;
    leaf.started_ms = 1'700'000'000'000;
    Bytes out;
    fr::AppendReceiptLeaf(leaf, out);
    return out;
  }

  OpenReceipt Make() {
    std::vector<Bytes> leaves = {Leaf(1), Leaf(2), Leaf(3)};
    std::vector<Hash256> hashes;
    for (const auto& leaf : leaves) hashes.push_back(crypto::MerkleLeaf(leaf));
    crypto::MerkleTree tree(hashes);
    Hash256 none{};
    fr::ReceiptRoot root;
    root.boot_id = boot_id_;
    root.batch = 1;
    root.leaves = leaves.size();
    root.root = tree.Root();
    root.previous = none;
    root.time_ms = 1'700'000'000'010;
    OpenReceipt out;
    out.salt = salt_;
    out.receipt.leaf = leaves[1];
    out.receipt.index = 1;
    out.receipt.path = tree.Path(1);
    fr::AppendReceiptRoot(root, out.receipt.root);
    out.receipt.signature = *key_.Sign(out.receipt.root);
    out.receipt.attestation = Document(*module_, "runner");
    return out;
  }

  // The whole check of a file, as `nsl receipt verify` does it.
  CliStatus Check(std::string_view text) {
    NSL_TRY(auto receipt, ParseReceiptFile(text));
    NSL_TRY(auto proof, ProveReceipt(receipt, trust_));
    EXPECT_TRUE(proof.simulated);
    return {};
  }
  // A forger renders a consistent file around changed content.
  std::string Refusal(const OpenReceipt& receipt) {
    auto text = RenderReceiptFile(receipt);
    if (!text) return text.error().detail;
    CliStatus checked = Check(*text);
    if (checked) return "accepted";
    EXPECT_EQ(checked.error().exit(), Exit::kFailed);
    return checked.error().detail;
  }

  SystemClock clock_;
  SystemRandom random_;
  Bytes boot_id_ = Bytes(16, 9);
  Bytes hash_ = Bytes(32, 7);
  Bytes salt_ = Bytes(16, 3);
  Bytes input_hash_ = ToBytes(ByteView(crypto::Sha256({ByteView(salt_), AsBytes("{\"n\":1}")})));
  crypto::P256PrivateKey key_;
  std::string folder_;
  std::unique_ptr<enclave::SimulatedModule> module_;
  ReceiptTrust trust_;
};

TEST_F(ReceiptFileTest, IsTheSameFileEachTimeAndVerifies) {
  OpenReceipt receipt = Make();
  auto text = RenderReceiptFile(receipt);
  ASSERT_TRUE(text) << text.error().detail;
  EXPECT_EQ(*RenderReceiptFile(receipt), *text);
  EXPECT_THAT(*text, HasSubstr("\"runSequence\": 2"));
  CliStatus checked = Check(*text);
  EXPECT_TRUE(checked) << checked.error().detail;
}

TEST_F(ReceiptFileTest, AnyChangedByteIsRefused) {
  std::string text = *RenderReceiptFile(Make());
  for (size_t i = 0; i < text.size(); i += 11) {
    for (char change : {1, 0x20}) {
      std::string bad = text;
      bad[i] = static_cast<char>(bad[i] ^ change);
      EXPECT_FALSE(Check(bad)) << "byte " << i << " of " << text.size();
    }
  }
  EXPECT_FALSE(Check(text + " "));
  EXPECT_FALSE(Check(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(Check(""));
}

TEST_F(ReceiptFileTest, AForgedPartIsNamed) {
  OpenReceipt leaf = Make();
  leaf.receipt.leaf = Leaf(4);
  EXPECT_THAT(Refusal(leaf), HasSubstr("leaf is not under the signed root"));
  OpenReceipt index = Make();
  index.receipt.index = 2;
  EXPECT_THAT(Refusal(index), HasSubstr("leaf is not under the signed root"));
  OpenReceipt path = Make();
  path.receipt.path[0][5] ^= 1;
  EXPECT_THAT(Refusal(path), HasSubstr("leaf is not under the signed root"));
  OpenReceipt signature = Make();
  signature.receipt.signature[9] ^= 1;
  EXPECT_THAT(Refusal(signature), HasSubstr("signature of the root"));
  OpenReceipt document = Make();
  document.receipt.attestation.back() ^= 1;
  EXPECT_THAT(Refusal(document), HasSubstr("step 'attestation' failed: attest."));
}

TEST_F(ReceiptFileTest, AnotherKeyOrBootDoesNotPass) {
  OpenReceipt receipt = Make();
  auto other = crypto::P256PrivateKey::Generate(random_);
  receipt.receipt.signature = *other.Sign(receipt.receipt.root);
  EXPECT_THAT(Refusal(receipt), HasSubstr("signature of the root"));
  OpenReceipt boot = Make();
  boot_id_ = Bytes(16, 8);
  boot.receipt.attestation = Document(*module_, "runner");
  EXPECT_THAT(Refusal(boot), HasSubstr("another boot"));
}

TEST_F(ReceiptFileTest, TheVaultCannotSignReceipts) {
  OpenReceipt receipt = Make();
  auto vault = Open("vault");
  receipt.receipt.attestation = Document(*vault, "vault");
  EXPECT_THAT(Refusal(receipt), HasSubstr("attest.role"));
}

TEST_F(ReceiptFileTest, AnotherRootIsNotTrusted) {
  OpenReceipt receipt = Make();
  std::string other = testing::TempDir() + "nsl-receipt-XXXXXX";
  std::string folder = mkdtemp(other.data());
  ASSERT_TRUE(enclave::InitSimulatedModule(folder, clock_, random_));
  auto module = enclave::SimulatedModule::Open(folder + "/runner.module", folder + "/root.der",
                                               "runner", Hash256{}, clock_, random_);
  ASSERT_TRUE(module);
  trust_.root_der = (*module)->root_der();
  fs::remove_all(folder);
  EXPECT_THAT(Refusal(receipt), HasSubstr("step 'attestation' failed"));
}

TEST_F(ReceiptFileTest, ASimulatedDocumentIsNoRealOne) {
  OpenReceipt receipt = Make();
  trust_.simulated = false;
  EXPECT_THAT(Refusal(receipt), HasSubstr("step 'attestation' failed"));
}

}  // namespace
}  // namespace nsl::cli
