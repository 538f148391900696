// SPDX-License-Identifier: Apache-2.0
#include "enclave/simulated/simulated_module.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "crypto/cose.h"
#include "enclave/attestation_document.h"
#include "enclave/files.h"
#include "enclave/identity.h"

namespace nsl::enclave {
namespace {

class Simulated : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/nsl-module-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = std::string(name) + "/module";
    ASSERT_TRUE(InitSimulatedModule(dir_, clock_, random_));
  }
  void TearDown() override { std::filesystem::remove_all(dir_.substr(0, dir_.rfind('/'))); }

  Result<std::unique_ptr<SimulatedModule>> Open(std::string_view role = kVaultRole) {
    return SimulatedModule::Open(dir_ + "/" + std::string(role) + ".module", dir_ + "/root.der",
                                 role, config_, clock_, random_);
  }
  AttestedKeys Keys(std::string_view role = kVaultRole) {
    AttestedKeys keys;
    keys.role = role;
    keys.release = "test";
    keys.config_hash = config_;
    keys.boot_id = Bytes(16, 1);
    keys.hpke_key = Bytes(32, 2);
    keys.signing_key = Bytes(33, 3);
    keys.name_space = "ns_0123456789abcdefghjkmnpqrs";
    return keys;
  }
  AttestationPolicy Policy(const SimulatedModule& module) {
    AttestationPolicy policy;
    policy.root_der = module.root_der();
    policy.simulated = true;
    policy.role = kVaultRole;
    policy.now_ms = clock_.NowMs();
    return policy;
  }
  Reason Refusal(ByteView document, const AttestationPolicy& policy) {
    auto view = VerifyAttestation(document, policy);
    EXPECT_FALSE(view);
    return view ? Reason::kPlatformInternal : view.error().reason;
  }

  FakeClock clock_;
  SeededRandom random_{3};
  Bytes config_ = Bytes(32, 4);
  std::string dir_;
};

TEST_F(Simulated, FilesAreForTheOwnerAlone) {
  for (const char* file : {"/root.key", "/vault.module", "/runner.module"}) {
    struct stat info;
    ASSERT_EQ(stat((dir_ + file).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << file;
  }
}

TEST_F(Simulated, DocumentVerifiesAndSaysThatItIsSimulated) {
  auto module = Open();
  ASSERT_TRUE(module);
  Identity identity(**module, Keys());
  Bytes nonce(16, 9);
  auto document = identity.Document(nonce);
  ASSERT_TRUE(document);
  AttestationPolicy policy = Policy(**module);
  policy.nonce = nonce;
  auto view = VerifyAttestation(*document, policy);
  ASSERT_TRUE(view) << view.error().ToString();
  EXPECT_TRUE(view->simulated);
  EXPECT_EQ(view->keys.hpke_key, Bytes(32, 2));
  EXPECT_EQ(view->keys.role, kVaultRole);
  ASSERT_EQ(view->pcrs.size(), 4u);
  EXPECT_EQ(view->pcrs[3].first, kConfigPcr);
  EXPECT_EQ(view->nonce, nonce);
}

TEST_F(Simulated, ReleasePolicyRefusesIt) {
  auto module = Open();
  ASSERT_TRUE(module);
  Identity identity(**module, Keys());
  auto document = identity.Document(Bytes(16, 9));
  ASSERT_TRUE(document);
  AttestationPolicy policy = Policy(**module);
  policy.simulated = false;
  policy.pcr0 = {Bytes(48, 1)};
  // Also for a verifier that was talked into pinning the simulated root: the context differs.
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestSimulated);
  policy.root_der = Bytes(500, 1);
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestSimulated);
}

TEST_F(Simulated, WrongContextWrongNonceWrongRoleWrongAge) {
  auto module = Open();
  ASSERT_TRUE(module);
  Identity identity(**module, Keys());
  auto document = identity.Document(Bytes(16, 9));
  ASSERT_TRUE(document);
  AttestationPolicy policy = Policy(**module);
  policy.nonce = Bytes(16, 8);
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestNonce);
  policy.nonce.reset();
  policy.role = kRunnerRole;
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestRole);
  policy.role = kVaultRole;
  policy.now_ms += 301'000;
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestTime);
  policy.archived = true;
  EXPECT_TRUE(VerifyAttestation(*document, policy));
  policy.pcr0 = {Bytes(48, 1)};
  EXPECT_EQ(Refusal(*document, policy), Reason::kAttestPcr);
}

TEST_F(Simulated, EveryFlippedByteIsRefused) {
  auto module = Open();
  ASSERT_TRUE(module);
  Identity identity(**module, Keys());
  auto document = identity.Document(Bytes(16, 9));
  ASSERT_TRUE(document);
  AttestationPolicy policy = Policy(**module);
  ASSERT_TRUE(VerifyAttestation(*document, policy));
  for (size_t i = 0; i < document->size(); i += 3) {
    Bytes bad = *document;
    bad[i] ^= 0x20;
    EXPECT_FALSE(VerifyAttestation(bad, policy)) << i;
  }
}

TEST_F(Simulated, SettingsOfUserDataMustBeTheMeasuredOnes) {
  auto module = Open();
  ASSERT_TRUE(module);
  AttestedKeys keys = Keys();
  keys.config_hash[0] ^= 1;
  Identity identity(**module, keys);
  auto document = identity.Document(Bytes(16, 9));
  ASSERT_TRUE(document);
  EXPECT_EQ(Refusal(*document, Policy(**module)), Reason::kAttestPcr);
}

TEST_F(Simulated, LeafIsRenewedBeforeItEnds) {
  auto module = Open();
  ASSERT_TRUE(module);
  Identity identity(**module, Keys());
  for (int hour = 0; hour < 10; ++hour) {
    auto document = identity.Document(Bytes(16, 9));
    ASSERT_TRUE(document);
    EXPECT_TRUE(VerifyAttestation(*document, Policy(**module))) << hour;
    clock_.AdvanceMs(3'600'000);
  }
}

TEST_F(Simulated, SealingRootStaysPerRoleAndIsMadeAgainFromTheRoot) {
  auto root_of = [&](std::string_view role) {
    auto module = Open(role);
    EXPECT_TRUE(module);
    auto root = (*module)->SealingRoot();
    EXPECT_TRUE(root);
    return ToBytes(root->view());
  };
  Bytes vault = root_of(kVaultRole);
  EXPECT_EQ(vault.size(), 32u);
  EXPECT_NE(vault, root_of(kRunnerRole));
  ASSERT_TRUE(InitSimulatedModule(dir_, clock_, random_));
  EXPECT_EQ(root_of(kVaultRole), vault);
  std::filesystem::remove(dir_ + "/vault.module");
  ASSERT_TRUE(InitSimulatedModule(dir_, clock_, random_));
  EXPECT_EQ(root_of(kVaultRole), vault);
}

TEST_F(Simulated, NamesWhatWasLost) {
  std::filesystem::remove(dir_ + "/root.key");
  Status again = InitSimulatedModule(dir_, clock_, random_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::kPlatformModule);
  EXPECT_NE(again.error().detail.find("root.key is lost"), std::string::npos);

  std::string other = dir_ + "2";
  ASSERT_TRUE(InitSimulatedModule(other, clock_, random_));
  std::filesystem::copy_file(other + "/root.der", dir_ + "/root.der",
                             std::filesystem::copy_options::overwrite_existing);
  auto module = Open();
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().reason, Reason::kPlatformModule);
  EXPECT_NE(module.error().detail.find("root.der was replaced"), std::string::npos);
  std::filesystem::remove(dir_ + "/root.der");
  EXPECT_NE(Open().error().detail.find("is lost"), std::string::npos);
  std::filesystem::copy_file(other + "/root.key", dir_ + "/root.key");
  std::filesystem::copy_file(other + "/root.der", dir_ + "/root.der");
  EXPECT_FALSE(InitSimulatedModule(dir_, clock_, random_));
}

TEST_F(Simulated, RolesDoNotShareFiles) {
  auto module = SimulatedModule::Open(dir_ + "/runner.module", dir_ + "/root.der", kVaultRole,
                                      config_, clock_, random_);
  ASSERT_FALSE(module);
  EXPECT_NE(module.error().detail.find("role"), std::string::npos);
}

TEST_F(Simulated, ChannelAttestersAcceptEachOtherForOneHandshake) {
  auto vault = Open();
  auto runner = Open(kRunnerRole);
  ASSERT_TRUE(vault);
  ASSERT_TRUE(runner);
  Identity vault_identity(**vault, Keys());
  Identity runner_identity(**runner, Keys(kRunnerRole));
  PeerPolicy policy{(*vault)->root_der(), true, {}};
  ChannelAttester at_vault(vault_identity, policy, clock_);
  ChannelAttester at_runner(runner_identity, policy, clock_);
  Bytes bound(32, 6);
  auto document = at_runner.Attest(bound);
  ASSERT_TRUE(document);
  EXPECT_TRUE(at_vault.Verify(*document, kRunnerRole, bound));
  ASSERT_TRUE(at_vault.peer());
  EXPECT_EQ(at_vault.peer()->keys.signing_key, Bytes(33, 3));
  // A document of another handshake, another role, and one that a client got over its own nonce.
  EXPECT_FALSE(at_vault.Verify(*document, kRunnerRole, Bytes(32, 7)));
  EXPECT_FALSE(at_vault.Verify(*document, kVaultRole, bound));
  auto for_client = runner_identity.Document(bound);
  ASSERT_TRUE(for_client);
  EXPECT_FALSE(at_vault.Verify(*for_client, kRunnerRole, bound));
}

}  // namespace
}  // namespace nsl::enclave
