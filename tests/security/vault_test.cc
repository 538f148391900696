// SPDX-License-Identifier: Apache-2.0
// The real vault program against a host that holds its records, its connections and its process.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/codec.h"
#include "base/ids.h"
#include "vault_process.h"

namespace nsl::testing_vault {
namespace {

constexpr const char* kEmail = "ada@example.org";
constexpr const char* kPassword = "correct horse battery";

class Vault : public testing::Test {
 protected:
  void SetUp() override { vault_.Start(); }

  template <class T>
  static std::string Why(const Result<T>& result) {
    return result ? "ok" : std::string(TextOf(result.error().reason));
  }
  static rpc::CallContext With(std::string credential) {
    rpc::CallContext context;
    context.credential = std::move(credential);
    return context;
  }
  std::string Make(std::string_view prefix) { return ids_.Make(prefix); }

  World world_;
  VaultProcess vault_{world_};
  enclave::MemoryRecords records_;
  IdMaker ids_{world_.clock, world_.random};
};

TEST_F(Vault, RegistersGrantsAdmitsRevokesAndStops) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady()) << vault_.Log();
  auto session = host.Register(kEmail, kPassword);
  ASSERT_TRUE(session) << session.error().ToString();
  ASSERT_TRUE(host.Login(kEmail, kPassword));
  auto me = world_.Run(host.account().GetMe(With(session->access_token), {}));
  ASSERT_TRUE(me);
  std::string project = me->projects.at(0).id;
  auto principal = world_.Run(host.account().Authenticate(With(session->access_token), {}));
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->memberships.at(0).project_id, project);

  Runner runner(world_, vault_);
  Status connected = runner.Connect();
  ASSERT_TRUE(connected) << connected.error().ToString() << vault_.Log();
  std::string function = Make(kFunctionId);
  auto grant = world_.Run(host.account().IssueGrant(
      With(session->access_token), runner.Build(project, function, Make(kVersionId))));
  ASSERT_TRUE(grant) << grant.error().ToString();
  auto admitted = world_.Run(runner.admission().Admit({}, {session->access_token, function}));
  ASSERT_TRUE(admitted) << admitted.error().ToString();
  EXPECT_EQ(admitted->principal_id, session->account_id);
  EXPECT_EQ(admitted->project_id, project);
  ASSERT_EQ(admitted->versions.size(), 1u);
  EXPECT_EQ(admitted->versions[0].aliases, std::vector<std::string>{"prod"});
  EXPECT_EQ(admitted->project_key.size(), 32u);
  ASSERT_FALSE(runner.revoked().empty());

  // A removed right reaches the runner before the change is acknowledged.
  size_t before = runner.revoked().size();
  ASSERT_TRUE(world_.Run(host.account().Logout({}, {session->refresh_token})));
  ASSERT_GT(runner.revoked().size(), before);
  EXPECT_EQ(runner.revoked().back().principal_id, session->account_id);
  admitted = world_.Run(runner.admission().Admit({}, {session->access_token, function}));
  ASSERT_TRUE(admitted);
  EXPECT_TRUE(admitted->principal_id.empty());
  EXPECT_EQ(vault_.Stop(), 0) << vault_.Log();
}

TEST_F(Vault, ComesBackWithItsRecordsAfterAKill) {
  std::string name_space;
  {
    Host host(world_, vault_, records_);
    ASSERT_TRUE(host.WaitReady());
    ASSERT_TRUE(host.Register(kEmail, kPassword));
    name_space = host.Attest(vault_.root_der())->keys.name_space;
  }
  vault_.Kill();
  vault_.Start();
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady()) << vault_.Log();
  EXPECT_EQ(host.Attest(vault_.root_der())->keys.name_space, name_space);
  EXPECT_TRUE(host.Login(kEmail, kPassword));
}

TEST_F(Vault, AHostThatComesBackWithAnOlderDatabaseIsRefused) {
  auto host = std::make_unique<Host>(world_, vault_, records_);
  ASSERT_TRUE(host->WaitReady());
  ASSERT_TRUE(host->Register(kEmail, kPassword));
  auto old = records_.state;
  auto session = host->Login(kEmail, kPassword);
  ASSERT_TRUE(session);
  auto good = records_.state;
  records_.state = old;
  host = std::make_unique<Host>(world_, vault_, records_);
  EXPECT_FALSE(host->WaitReady(std::chrono::milliseconds(700)));
  EXPECT_NE(vault_.Log().find("attest.rollback"), std::string::npos);
  EXPECT_EQ(Why(world_.Run(host->account().Authenticate(With(session->access_token), {}))),
            "platform.unavailable");
  // The right state again: the same login goes on.
  records_.state = good;
  EXPECT_TRUE(host->WaitReady());
  EXPECT_TRUE(world_.Run(host->account().Authenticate(With(session->access_token), {})));
}

TEST_F(Vault, RecordsThatWereTouchedAreNotStartedFrom) {
  {
    Host host(world_, vault_, records_);
    ASSERT_TRUE(host.WaitReady());
    ASSERT_TRUE(host.Register(kEmail, kPassword));
    ASSERT_TRUE(host.Register("bob@example.org", "another good password"));
  }
  auto good = records_.state;
  std::vector<std::string> accounts;
  for (const auto& [key, record] : good.rows) {
    if (key.first == "account") accounts.push_back(key.second);
  }
  ASSERT_EQ(accounts.size(), 2u);
  std::vector<std::function<void(enclave::MemoryRecords::State&)>> attacks = {
      [&](auto& s) {
        std::swap(s.rows.at({"account", accounts[0]}).sealed,
                  s.rows.at({"account", accounts[1]}).sealed);
      },
      [&](auto& s) { s.rows.erase({"account", accounts[0]}); },
      [&](auto& s) { s.rows.begin()->second.sealed[60] ^= 1; }, [&](auto& s) { s.head.reset(); },
      [&](auto& s) { s.rows.begin()->second.version -= 1; }};
  for (size_t i = 0; i < attacks.size(); ++i) {
    vault_.Kill();
    records_.state = good;
    attacks[i](records_.state);
    vault_.Start();
    Host host(world_, vault_, records_);
    EXPECT_FALSE(host.WaitReady(std::chrono::milliseconds(500))) << i;
    EXPECT_NE(vault_.Log().find("platform.integrity"), std::string::npos) << i << vault_.Log();
  }
}

TEST_F(Vault, OnlyARunnerOfThisInstallationOpensTheChannel) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  // Another root.
  VaultProcess other(world_);
  Runner stranger(world_, vault_, {other.module_dir(), enclave::kRunnerRole, vault_.settings()});
  EXPECT_FALSE(stranger.Connect());
  // Other settings.
  auto settings = vault_.settings();
  settings.magic = 43;
  Runner elsewhere(world_, vault_, {vault_.module_dir(), enclave::kRunnerRole, settings});
  EXPECT_FALSE(elsewhere.Connect());
  // A vault that poses as a runner.
  Runner vault_role(world_, vault_, {vault_.module_dir(), enclave::kVaultRole, vault_.settings()});
  EXPECT_FALSE(vault_role.Connect());
  EXPECT_EQ(vault_.Log().find("runner_connected"), std::string::npos) << vault_.Log();
  Runner genuine(world_, vault_);
  EXPECT_TRUE(genuine.Connect());
}

TEST_F(Vault, TheHostCannotAdmitNorSignBuilds) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  auto session = host.Register(kEmail, kPassword);
  ASSERT_TRUE(session);
  account::AdmissionStub as_runner(world_.env, host.peer());
  auto admitted = world_.Run(as_runner.Admit({}, {session->access_token, Make(kFunctionId)}));
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().reason, Reason::kPlatformUnimplemented);
  // The bytes of a call on a relayed connection are no handshake.
  auto raw = Dial(world_, vault_, 'R');
  ASSERT_TRUE(raw);
  rpc::Handlers none;
  rpc::PeerPtr peer = rpc::Peer::Create(world_.env, std::move(raw), none);
  TaskGroup group(world_.io.get_executor());
  group.Spawn(peer->Run());
  account::AdmissionStub plain(world_.env, *peer);
  EXPECT_FALSE(world_.Run(plain.Admit({}, {session->access_token, Make(kFunctionId)})));
  peer->Close();
  world_.Run(group.Wait());
  // A build record that no connected runner signed.
  Runner never_connected(world_, vault_);
  auto me = world_.Run(host.account().GetMe(With(session->access_token), {}));
  auto grant = world_.Run(host.account().IssueGrant(
      With(session->access_token),
      never_connected.Build(me->projects.at(0).id, Make(kFunctionId), Make(kVersionId))));
  EXPECT_EQ(Why(grant), "grant.invalid");
}

TEST_F(Vault, ABuildKeyEndsWithItsConnection) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  auto session = host.Register(kEmail, kPassword);
  ASSERT_TRUE(session);
  auto me = world_.Run(host.account().GetMe(With(session->access_token), {}));
  account::GrantRequest request;
  {
    Runner runner(world_, vault_);
    ASSERT_TRUE(runner.Connect());
    request = runner.Build(me->projects.at(0).id, Make(kFunctionId), Make(kVersionId));
  }
  world_.Turn(std::chrono::milliseconds(200));
  EXPECT_EQ(Why(world_.Run(host.account().IssueGrant(With(session->access_token), request))),
            "grant.invalid");
}

// The host has a signed request in its hands, and its records, connections and process.
TEST_F(Vault, ASignedRequestDoesItsOneThingOnce) {
  auto host = std::make_unique<Host>(world_, vault_, records_);
  ASSERT_TRUE(host->WaitReady());
  auto session = host->Register(kEmail, kPassword);
  ASSERT_TRUE(session) << session.error().ToString();
  ASSERT_TRUE(session->signing);
  EXPECT_EQ(session->signing->audience, ToHex(host->Attest(vault_.root_der())->keys.boot_id));
  auto bearer = With(session->access_token);
  std::string project = world_.Run(host->account().GetMe(bearer, {}))->projects.at(0).id;
  std::string keys = "/v1/projects/" + project + "/keys";
  std::string body = R"({"name":"key","scopes":["functions:read"]})";
  auto count = [&] {
    return world_.Run(host->account().ListKeys(bearer, {project}))->items.size();
  };
  // With a bearer token it makes no key; with a signed request only the one that was signed.
  EXPECT_EQ(Why(world_.Run(host->account().CreateKey(
                bearer, {project, "of the host", {"functions:write"}, {}}))),
            "auth.signature_required");
  auto kept = host->Signed(*session, "POST", keys, body);
  // One of its own: what was signed is used up even when its body is not what came.
  auto altered = host->Signed(*session, "POST", keys, body);
  altered.signed_http->body[9] ^= 1;
  auto moved = kept;
  moved.signed_http->target = "/v1/projects/" + Make(kProjectId) + "/keys";
  EXPECT_EQ(Why(world_.Run(host->account().CreateKey(altered, {}))), "auth.invalid");
  EXPECT_EQ(Why(world_.Run(host->account().CreateKey(moved, {}))), "auth.invalid");
  EXPECT_EQ(count(), 0u);
  auto made = world_.Run(
      host->account().CreateKey(kept, {project, "of the host", {"functions:write"}, 60}));
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->name, "key");
  EXPECT_EQ(made->scopes, std::vector<std::string>{"functions:read"});
  EXPECT_EQ(Why(world_.Run(host->account().CreateKey(kept, {}))), "auth.invalid");
  EXPECT_EQ(count(), 1u);

  // Used or not, it is worth nothing after a restart, which also forgets the nonces.
  auto unused = host->Signed(*session, "POST", keys, body);
  host.reset();
  vault_.Kill();
  vault_.Start();
  host = std::make_unique<Host>(world_, vault_, records_);
  ASSERT_TRUE(host->WaitReady());
  EXPECT_EQ(Why(world_.Run(host->account().CreateKey(kept, {}))), "auth.invalid");
  auto stale = world_.Run(host->account().CreateKey(unused, {}));
  EXPECT_EQ(Why(stale), "auth.invalid");
  ASSERT_EQ(stale.error().fields.size(), 1u);
  EXPECT_EQ(stale.error().fields[0].detail, ToHex(host->Attest(vault_.root_der())->keys.boot_id));
  EXPECT_EQ(count(), 1u);
}

TEST_F(Vault, ASignedDeployGrantsTheCodeThatWasSignedFor) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  auto session = host.Register(kEmail, kPassword);
  ASSERT_TRUE(session);
  std::string project =
      world_.Run(host.account().GetMe(With(session->access_token), {}))->projects.at(0).id;
  Runner runner(world_, vault_);
  ASSERT_TRUE(runner.Connect());
  std::string function = Make(kFunctionId);
  auto wanted = runner.Build(project, function, Make(kVersionId), 1);
  auto other = runner.Build(project, function, Make(kVersionId), 2);
  auto record = FromCbor<account::BuildRecord>(wanted.build_record);
  ASSERT_TRUE(record);
  auto sign = [&] {
    return host.Signed(*session, "POST",
                       "/v1/functions/" + function + "/versions?project=" + project +
                           "&codeHash=0x" + ToHex(record->code_hash),
                       "the source");
  };
  EXPECT_EQ(Why(world_.Run(host.account().IssueGrant(sign(), other))), "grant.invalid");
  auto issued = world_.Run(host.account().IssueGrant(sign(), wanted));
  ASSERT_TRUE(issued) << issued.error().ToString();
  EXPECT_EQ(FromCbor<account::Grant>(issued->grant)->authorised_by, "signature");
}

TEST_F(Vault, SurvivesConnectionsOfRubbish) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  for (int i = 0; i < 200; ++i) {
    auto stream = Dial(world_, vault_, i % 3 == 0 ? 'H' : i % 3 == 1 ? 'R' : 'X');
    if (!stream) continue;
    Bytes rubbish = world_.random.Draw(1 + static_cast<size_t>(i) * 37 % 4000);
    auto written = stream->WriteNow(rubbish);
    (void)written;
    stream->Close();
  }
  // The rubbish hosts took the place of the good one; it comes again, as after a restart.
  bool served = false;
  for (int i = 0; i < 20 && !served; ++i) {
    Host again(world_, vault_, records_);
    served = again.WaitReady() && again.Register(kEmail, kPassword);
    if (!served) world_.Turn(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(served) << vault_.Log().substr(0, 5'000);
}

TEST_F(Vault, APasswordIsNowhereAfterwards) {
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  const std::string canary = "Canary-7F3a-Wq81-lobster-sky";
  ASSERT_TRUE(host.Register(kEmail, canary));
  ASSERT_TRUE(host.Login(kEmail, canary));
  ASSERT_FALSE(host.Login(kEmail, canary + "x"));
  EXPECT_EQ(vault_.Log().find("lobster"), std::string::npos);
  for (const auto& record : records_.written) {
    EXPECT_EQ(AsText(record.sealed).find("lobster"), std::string_view::npos);
  }
  EXPECT_FALSE(vault_.MemoryHolds("lobster-sky"));
  // The scan can find: the address of the account is in the cache.
  EXPECT_TRUE(vault_.MemoryHolds(kEmail));
}

TEST_F(Vault, DropsNoCore) {
  std::ifstream limits("/proc/" + std::to_string(vault_.pid()) + "/limits");
  std::string found;
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with("Max core file size")) found = line;
  }
  EXPECT_NE(found.find(" 0 "), std::string::npos) << found;
  EXPECT_NE(vault_.Log().find("\"event\":\"isolation\""), std::string::npos);
  EXPECT_NE(vault_.Log().find("\"dumpable\":false"), std::string::npos);
}

TEST(VaultUsers, AHostOfAnotherUserIsRefused) {
  if (geteuid() == 12'345) GTEST_SKIP() << "runs as the user that should be a stranger";
  World world;
  auto settings = VaultProcess::Settings();
  settings.host_uid = 12'345;
  VaultProcess vault(world, settings);
  vault.Start();
  enclave::MemoryRecords records;
  auto stream = Dial(world, vault, 'H');
  if (stream) {
    rpc::Handlers none;
    rpc::PeerPtr peer = rpc::Peer::Create(world.env, std::move(stream), none);
    TaskGroup group(world.io.get_executor());
    group.Spawn(peer->Run());
    account::AccountStub account(world.env, *peer);
    EXPECT_FALSE(world.Run(account.Attestation({}, {std::string(32, 'a')})));
    EXPECT_TRUE(peer->closed());
    peer->Close();
    world.Run(group.Wait());
  }
  EXPECT_EQ(vault.Log().find("host_connected"), std::string::npos);
}

std::string Content(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(VaultRelease, HoldsNoSimulator) {
  // Mangled nsl::enclave::SimulatedModule; the -dev program shows that the search can find it.
  constexpr const char* kSymbol = "3nsl7enclave15SimulatedModule";
  EXPECT_NE(Content(NSL_VAULT_DEV).find(kSymbol), std::string::npos);
  std::string release = Content(NSL_VAULT);
  ASSERT_GT(release.size(), 100'000u);
  EXPECT_EQ(release.find(kSymbol), std::string::npos);
}

TEST(VaultRelease, RefusesToRunOutsideAnEnclave) {
  if (access("/dev/nsm", F_OK) == 0) GTEST_SKIP() << "this machine has /dev/nsm";
  World world;
  VaultProcess folder(world);
  std::string command = std::string(NSL_VAULT) + " --settings " + folder.dir() +
                        "/settings.cbor --listen " + folder.socket() + " 2>" + folder.dir() +
                        "/vault.log";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
  EXPECT_NE(folder.Log().find("platform.security_module"), std::string::npos) << folder.Log();
  EXPECT_NE(folder.Log().find("runs only inside a Nitro enclave"), std::string::npos);
}

Task<void> LoginInto(account::AccountStub* account, account::CredentialsRequest request,
                     size_t* good) {
  auto session = co_await account->Login({}, std::move(request));
  if (session) ++*good;
}

TEST_F(Vault, PrintsItsFigures) {
  size_t idle = vault_.ResidentKb();
  Host host(world_, vault_, records_);
  ASSERT_TRUE(host.WaitReady());
  auto session = host.Register(kEmail, kPassword);
  ASSERT_TRUE(session);
  auto me = world_.Run(host.account().GetMe(With(session->access_token), {}));
  Runner runner(world_, vault_);
  ASSERT_TRUE(runner.Connect());
  std::string function = Make(kFunctionId);
  ASSERT_TRUE(world_.Run(
      host.account().IssueGrant(With(session->access_token),
                                runner.Build(me->projects.at(0).id, function, Make(kVersionId)))));
  std::vector<double> admit;
  for (int i = 0; i < 500; ++i) {
    auto start = std::chrono::steady_clock::now();
    auto reply = world_.Run(runner.admission().Admit({}, {session->access_token, function}));
    ASSERT_TRUE(reply);
    admit.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  std::sort(admit.begin(), admit.end());
  size_t logins = 0;
  auto request = host.Sealed("account.login", kEmail, kPassword);
  ASSERT_TRUE(request);
  auto start = std::chrono::steady_clock::now();
  TaskGroup group(world_.io.get_executor());
  for (int i = 0; i < 4; ++i) group.Spawn(LoginInto(&host.account(), *request, &logins));
  world_.Run(group.Wait());
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(logins, 4u);
  std::printf(
      "vault: idle %zu KiB, after work %zu KiB; Admit p50 %.0f us p99 %.0f us; "
      "4 logins at once %.1f/s\n",
      idle, vault_.ResidentKb(), admit[250], admit[495], static_cast<double>(logins) / seconds);
  EXPECT_LT(idle, 64u << 10);
  EXPECT_LT(admit[250], 50'000);
}

}  // namespace
}  // namespace nsl::testing_vault
