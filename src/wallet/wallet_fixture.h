// SPDX-License-Identifier: Apache-2.0
//
// For tests: the wallet room over a sealed store over records in memory, with a chain that answers
// honestly until a test turns it hostile. One thread.
#pragma once

#include "enclave/room_fixture.h"
#include "neo/fee.h"
#include "neo/signing.h"
#include "wallet/service.h"

namespace nsl::wallet {

inline constexpr char kProjectA[] = "prj_00000000000000000000000001";
inline constexpr char kProjectB[] = "prj_00000000000000000000000002";
inline constexpr char kFunctionA[] = "fn_00000000000000000000000001";
inline constexpr char kVersionA[] = "ver_00000000000000000000000001";
inline constexpr char kReceiver[] = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";
inline constexpr uint32_t kMagic = 42;

// "alice" may do everything in project A, "bob" in project B, "reader" only read in A.
class FakeAuthoriser final : public account::Authoriser {
 public:
  Task<Result<account::Authorised>> Authorise(CallContext context, std::string project,
                                              std::string scope, rpc::Signature need) override {
    const std::string& who = context.credential;
    if (who != "alice" && who != "bob" && who != "reader") co_return Fail(Reason::kAuthInvalid);
    if (project != (who == "bob" ? kProjectB : kProjectA)) {
      co_return Fail(Reason::kNotFound, "no such project");
    }
    if (who == "reader" && scope != "wallets:read") co_return Fail(Reason::kAuthForbidden);
    co_return account::Authorised{"acc_" + who, "acc_" + who, network,
                                  need == rpc::Signature::kNone ? "bearer" : "signature"};
  }
  Task<Result<account::GrantedFunction>> FindGranted(std::string version) override {
    if (version != kVersionA) co_return Fail(Reason::kNotFound, "no such version");
    co_return account::GrantedFunction{kProjectA, kFunctionA, network, deployed_by};
  }
  std::string network = "private";
  std::string deployed_by = "signature";
};

class FakeModule final : public enclave::SecurityModule {
 public:
  bool simulated() const override { return true; }
  Result<Bytes> Attest(const enclave::AttestRequest& request) override { return request.user_data; }
  Result<crypto::SecretBytes> SealingRoot() override { return Fail(Reason::kPlatformModule); }
  Status FillRandom(std::span<uint8_t> out) override {
    if (broken) return Fail(Reason::kPlatformModule, "broken");
    std::fill(out.begin(), out.end(), fill);
    return {};
  }
  uint8_t fill = 9;
  bool broken = false;
};

class FakeChain final : public ChainFactsApi {
 public:
  Task<Result<SimulateReply>> Simulate(CallContext context, SimulateRequest request) override {
    ++simulated;
    EXPECT_EQ(context.credential, "") << "a caller's credential must not go to the chain";
    if (down) co_return Fail(Reason::kChainUnavailable, "no node");
    SimulateReply out = facts;
    out.script = swapped_script.empty() ? request.script : swapped_script;
    co_return out;
  }
  Task<Result<NetworkFeeReply>> NetworkFee(CallContext, NetworkFeeRequest request) override {
    auto tx = neo::DecodeTransaction(request.transaction);
    EXPECT_TRUE(tx);
    EXPECT_TRUE(tx->witnesses.at(0).invocation.empty()) << "no signature leaves before it is kept";
    neo::WitnessShape shape;
    auto fee = neo::NetworkFee(*tx, {&shape, 1}, {facts.fee_per_byte, facts.exec_factor});
    EXPECT_TRUE(fee);
    co_return NetworkFeeReply{*fee + fee_lie};
  }

  Task<Result<ContractReply>> Contract(CallContext, ContractRequest request) override {
    auto found = manifests.find(request.contract);
    co_return ContractReply{found == manifests.end() ? std::string() : found->second};
  }

  std::map<std::string, std::string> manifests;
  SimulateReply facts{.magic = kMagic,
                      .height = 1'000,
                      .script = {},
                      .state = "HALT",
                      .exception = {},
                      .gas_consumed = 997'775,
                      .fee_per_byte = 1'000,
                      .exec_factor = 300'000,
                      .max_valid_blocks = 5'760,
                      .gas_balance = "1000000000",
                      .token_balance = "50"};
  Bytes swapped_script;
  int64_t fee_lie = 0;
  bool down = false;
  size_t simulated = 0;
};

class WalletFixture : public enclave::RoomFixture {
 protected:
  WalletFixture() : RoomFixture(5) { Start(); }
  ~WalletFixture() override { Stop(); }

  void Start() {
    OpenStore();
    keys_ = std::make_unique<WalletKeys>(env_, root_, module_);
    book_ = std::make_unique<SpendBook>(*store_);
    policies_ = std::make_unique<PolicyService>(env_, *store_, authoriser_, *book_);
    service_ = std::make_unique<WalletService>(env_, *store_, authoriser_, *keys_, *policies_,
                                               *book_, ChainEvidence{&chain_, "host"},
                                               WalletNetwork{"private", kMagic});
    LoadStore();
  }
  void Stop() {
    Run(store_->Shutdown());
    service_.reset();
    policies_.reset();
    book_.reset();
    keys_.reset();
    store_.reset();
  }
  void Restart() {
    Stop();
    Start();
  }
  static CallContext As(std::string credential, std::string key = {}) {
    CallContext context;
    context.credential = std::move(credential);
    context.idempotency_key = std::move(key);
    return context;
  }
  Wallet MakeWallet(std::string name = "main", std::string who = "alice",
                    std::string project = kProjectA) {
    auto made =
        Run(service_->Create(As(std::move(who)), {std::move(project), std::move(name), {}}));
    EXPECT_TRUE(made) << made.error().ToString();
    return *made;
  }
  SignRequest Ask(const Wallet& wallet) {
    return {ids_.Make(kTransactionId),
            wallet.project_id,
            wallet.id,
            TransferIntent{"GAS", kReceiver, "150000000"},
            {},
            {},
            {}};
  }
  Result<SignedTransaction> Sign(const SignRequest& request, std::string key = {},
                                 std::string who = "alice") {
    return Run(service_->Sign(As(std::move(who), std::move(key)), request));
  }
  // Rows of that table that were written so far.
  size_t Written(std::string_view table) const {
    return static_cast<size_t>(std::count_if(records_.written.begin(), records_.written.end(),
                                             [&](const auto& r) { return r.table == table; }));
  }
  FakeModule module_;
  FakeAuthoriser authoriser_;
  FakeChain chain_;
  std::unique_ptr<WalletKeys> keys_;
  std::unique_ptr<SpendBook> book_;
  std::unique_ptr<PolicyService> policies_;
  std::unique_ptr<WalletService> service_;
};

}  // namespace nsl::wallet
