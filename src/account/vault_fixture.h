// SPDX-License-Identifier: Apache-2.0
//
// A whole vault in one thread for tests: account service over a sealed store over records in
// memory.
#pragma once

#include <boost/json.hpp>
#include <map>

#include "account/client/sealed_password.h"
#include "account/client/signed_request.h"
#include "account/service.h"
#include "crypto/hash.h"
#include "enclave/room_fixture.h"

namespace nsl::account {

// Gives no documents: enough where attestation itself is not the subject.
class NoModule final : public enclave::SecurityModule {
 public:
  bool simulated() const override { return true; }
  Result<Bytes> Attest(const enclave::AttestRequest& request) override { return request.user_data; }
  Result<crypto::SecretBytes> SealingRoot() override {
    return Fail(Reason::kPlatformModule, "none");
  }
  Status FillRandom(std::span<uint8_t>) override { return {}; }
};

class RecordingRunner final : public RevocationApi {
 public:
  Task<Result<rpc::Empty>> Revoke(CallContext, RevokeRequest request) override {
    revoked.push_back(request);
    co_return rpc::Empty{};
  }
  std::vector<RevokeRequest> revoked;
};

class VaultFixture : public enclave::RoomFixture {
 protected:
  static constexpr std::string_view kEmail = "ada@example.org";
  static constexpr std::string_view kPassword = "correct horse battery";

  static constexpr uint32_t kMagic = 42;

  VaultFixture() : RoomFixture(21) { Start(); }
  ~VaultFixture() override { Stop(); }

  void Start() {
    keys_ = std::make_unique<VaultKeys>(*VaultKeys::Derive(root_, random_));
    OpenStore();
    enclave::AttestedKeys keys;
    keys.boot_id = random_.Draw(16);
    identity_ = std::make_unique<enclave::Identity>(module_, std::move(keys));
    // A cheap hash: the work of the real one is measured, not tested.
    service_ = std::make_unique<AccountService>(
        env_, io_.get_executor(), *store_, *identity_, *keys_,
        AccountService::Options{"private", kMagic, {.n = 16, .r = 1, .p = 1}});
    LoadStore();
    runner_ = std::make_shared<RecordingRunner>();
    link_ = service_->runners().Add(runner_key_.PublicKey().Clone(), runner_);
  }
  void Stop() {
    Run(service_->Shutdown());
    Run(store_->Shutdown());
    service_.reset();
    store_.reset();
  }
  void Restart() {
    Stop();
    Start();
  }

  static CallContext With(std::string credential) {
    CallContext context;
    context.credential = std::move(credential);
    return context;
  }
  CredentialsRequest Sealed(std::string_view method, std::string_view email,
                            std::string_view password, ByteView session_key = {}) {
    auto box = SealPassword(keys_->hpke.PublicKey(), method, email, password, random_, session_key);
    EXPECT_TRUE(box);
    return {std::string(email), std::move(*box)};
  }
  // Each login has a session key of its own; Signed finds it by its id.
  Result<Session> Register(std::string_view email = kEmail, std::string_view password = kPassword) {
    auto key = crypto::P256PrivateKey::Generate(random_);
    auto session = Run(service_->Register(
        {}, Sealed(kRegisterMethod, email, password, key.PublicKey().Compressed())));
    return Keep(std::move(key), std::move(session));
  }
  Result<Session> Login(std::string_view email = kEmail, std::string_view password = kPassword) {
    auto key = crypto::P256PrivateKey::Generate(random_);
    auto session = Run(
        service_->Login({}, Sealed(kLoginMethod, email, password, key.PublicKey().Compressed())));
    return Keep(std::move(key), std::move(session));
  }
  // The context of a request that the session's key has signed, as an honest host passes it on.
  CallContext Signed(const Session& session, std::string method, std::string target,
                     std::string body = {}) {
    CallContext context;
    auto header = SignRequest(session_keys_.at(session.signing->key_id), *session.signing, method,
                              target, AsBytes(body), clock_.NowMs(), random_);
    EXPECT_TRUE(header);
    context.credential = *header;
    context.signed_http =
        rpc::SignedHttp{std::move(method), std::move(target),
                        ToBytes(ByteView(crypto::Sha256(AsBytes(body)))), ToBytes(body)};
    return context;
  }
  // What is executed is what was signed: the request beside it is empty.
  Result<ApiKey> CreateKey(const Session& session, const std::string& project,
                           std::vector<std::string> scopes,
                           std::optional<uint32_t> expires_in = {}) {
    boost::json::object body{{"name", "ci key"}, {"scopes", boost::json::value_from(scopes)}};
    if (expires_in) body["expiresIn"] = *expires_in;
    return Run(service_->CreateKey(
        Signed(session, "POST", "/v1/projects/" + project + "/keys", boost::json::serialize(body)),
        {}));
  }
  Result<rpc::Empty> DeleteKey(const Session& session, const std::string& key) {
    return Run(service_->DeleteKey(Signed(session, "DELETE", "/v1/keys/" + key), {}));
  }
  Result<Project> CreateProject(const Session& session, const std::string& name,
                                const std::string& network) {
    std::string body = boost::json::serialize(
        boost::json::object{{"name", name}, {"network", network}, {"publicLogs", false}});
    return Run(service_->CreateProject(Signed(session, "POST", "/v1/projects", body), {}));
  }
  Result<Principal> Authenticate(const std::string& credential) {
    return Run(service_->Authenticate(With(credential), {}));
  }
  std::string ProjectOf(const Session& session) {
    auto me = Run(service_->GetMe(With(session.access_token), {}));
    EXPECT_TRUE(me);
    return me->projects.at(0).id;
  }

  BuildRecord Build(std::string project, std::string function, uint8_t code = 1) {
    BuildRecord record;
    record.tag = kBuildTag;
    record.project_id = std::move(project);
    record.function_id = std::move(function);
    record.code_hash = Bytes(32, code);
    record.artefacts["main.js"] = Bytes(32, 2);
    record.runtime = "js";
    record.entry = "main.js";
    record.toolchain = "v8";
    record.release = "test";
    record.access = "members";
    return record;
  }
  GrantRequest Request(const BuildRecord& record, std::string version) {
    GrantRequest request;
    request.build_record = ToCbor(record);
    request.build_signature = *runner_key_.Sign(request.build_record);
    request.version_id = std::move(version);
    return request;
  }
  Result<SignedGrant> Issue(const std::string& credential, const BuildRecord& record,
                            std::string version) {
    return Run(service_->IssueGrant(With(credential), Request(record, std::move(version))));
  }
  Result<AdmitReply> Admit(std::string credential, std::string function) {
    return Run(service_->Admit({}, {std::move(credential), std::move(function)}));
  }
  Result<Session> Keep(crypto::P256PrivateKey key, Result<Session> session) {
    if (session) session_keys_.emplace(session->signing->key_id, std::move(key));
    return session;
  }

  NoModule module_;
  crypto::P256PrivateKey runner_key_ = crypto::P256PrivateKey::Generate(random_);
  std::map<std::string, crypto::P256PrivateKey> session_keys_;
  std::unique_ptr<VaultKeys> keys_;
  std::unique_ptr<enclave::Identity> identity_;
  std::unique_ptr<AccountService> service_;
  std::shared_ptr<RecordingRunner> runner_;
  uint64_t link_ = 0;
};

}  // namespace nsl::account
