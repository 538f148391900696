// SPDX-License-Identifier: Apache-2.0
#include "demo.h"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/codec.h"
#include "base/json.h"
#include "base/random.h"
#include "demo_top_up.h"
#include "deploy.h"
#include "dev/chain_node.h"
#include "dev/system.h"
#include "pretty_json.h"
#include "receipt_file.h"
#include "run_view.h"
#include "sealed_login.h"
#include "templates.h"
#include "wallet_input.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::milliseconds;

constexpr const char* kEmail = "developer@example.com";
constexpr const char* kFunction = "neo-balance";

// The demo's own folder. At the end system and profile are removed; source, receipt and root stay,
// so that the receipt can be checked again.
class DemoFolder {
 public:
  static CliResult<DemoFolder> Make() {
    const char* tmp = std::getenv("TMPDIR");
    std::string path =
        std::string(tmp == nullptr || *tmp == '\0' ? "/tmp" : tmp) + "/nsl-demo-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      return FailWith("cli.file", "cannot make " + path + ": " + std::strerror(errno));
    }
    return DemoFolder(path);
  }
  DemoFolder(DemoFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  DemoFolder& operator=(DemoFolder&&) = delete;
  ~DemoFolder() {
    std::error_code error;
    if (path_.empty()) return;
    fs::remove_all(path_ + "/system", error);
    fs::remove_all(path_ + "/profile", error);
    // What failed before there was a receipt leaves nothing.
    if (!fs::exists(path_ + "/receipt.json", error)) fs::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  explicit DemoFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class Demo {
 public:
  Demo(Cli& cli, DevSystem& system, std::string folder)
      : cli_(cli), term_(cli.term()), system_(system), folder_(std::move(folder)) {}

  CliStatus Run() {
    NSL_TRY_VOID(system_.Start([this](const std::string& s, milliseconds t) { Note(s, t); }));
    NSL_TRY_VOID(system_.WriteProfile());
    NSL_TRY(api_, cli_.Api());
    NSL_TRY_VOID(Step("register a developer (password sealed to the attested vault)",
                      [this] { return Register(); }));
    NSL_TRY_VOID(Step("make an API key", [this] { return MakeKey(); }));
    NSL_TRY_VOID(Deploy());
    NSL_TRY_VOID(Step("call it over HTTP", [this] { return Call(); }));
    NSL_TRY_VOID(Step("read run and log lines", [this] { return ReadRun(); }));
    NSL_TRY_VOID(Step("verify the receipt offline", [this] { return Verify(); }));
    NSL_TRY_VOID(Step("make two wallets in the vault, fund one from the genesis block",
                      [this] { return MakeDemoWallets(cli_, *api_, top_up_); }));
    NSL_TRY_VOID(Step("deploy examples/top-up and make the policy that names it",
                      [this] { return AllowTopUp(cli_, *api_, folder_, top_up_); }));
    return Step("call it: it pays 2 GAS and waits until they have landed",
                [this] { return CallTopUp(cli_, top_up_); });
  }

  // For the next step of a reader, and as the document of --json.
  void Show(bool keep);

 private:
  void Note(const std::string& step, milliseconds took) {
    steps_.push_back(json::object{{"step", step}, {"ms", took.count()}});
  }
  template <class F>
  CliStatus Step(const std::string& what, F action) {
    Stopwatch watch(term_, what);
    NSL_TRY_VOID(action());
    Note(what, watch.Done());
    return {};
  }
  CliStatus Register();
  CliStatus MakeKey();
  CliStatus Deploy();
  CliStatus Call();
  CliStatus ReadRun();
  CliStatus Verify();

  Cli& cli_;
  Terminal& term_;
  DevSystem& system_;
  std::string folder_;
  ApiClient* api_ = nullptr;
  std::string key_;
  Deployed deployed_;
  std::string data_ = std::string(R"({"address":")") + kGenesisAddress + "\"}";
  Invocation answer_;
  TopUpDemo top_up_;
  json::value run_;
  json::value logs_;
  std::string receipt_path_;
  std::string root_path_;
  bool simulated_ = false;
  json::array steps_;
};

CliStatus Demo::Register() {
  SystemRandom random;
  std::string password = ToBase32(random.Draw(20));
  NSL_TRY(auto login, SealedCredentials(*api_, "register", kEmail, password));
  NSL_TRY(auto session, api_->Json({.method = "POST",
                                    .path = "/v1/auth/register",
                                    .body = login.body,
                                    .credential = false}));
  return api_->TakeLogin(session, kEmail, login.session_key);
}

CliStatus Demo::MakeKey() {
  NSL_TRY(auto project, cli_.Project());
  NSL_TRY(auto key, api_->Json({.method = "POST",
                                .path = "/v1/projects/" + project + "/keys",
                                .body = R"({"name":"demo","scopes":["functions:invoke"]})"}));
  key_ = TextAt(key, "secret");
  return {};
}

CliStatus Demo::Deploy() {
  std::string source = folder_ + "/" + kFunction;
  NSL_TRY_VOID(WriteTemplate(kFunction, source, kFunction));
  auto start = std::chrono::steady_clock::now();
  NSL_TRY(deployed_, DeployFolder(cli_, source));
  Note("deploy examples/neo-balance",
       std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start));
  return {};
}

CliStatus Demo::Call() {
  NSL_TRY(answer_, Invoke(cli_, {.function = deployed_.function_id, .data = data_}));
  return {};
}

CliStatus Demo::ReadRun() {
  NSL_TRY(run_, api_->Json({.path = "/v1/runs/" + answer_.run_id}));
  NSL_TRY(logs_, api_->Json({.path = "/v1/runs/" + answer_.run_id + "/logs"}));
  return {};
}

CliStatus Demo::Verify() {
  NSL_TRY(auto answer, api_->Send({.path = "/v1/runs/" + answer_.run_id + "/receipt"}));
  auto receipt = FromJson<orchestrator::OpenReceipt>(answer.body, {.bytes = kReceiptFileBytes});
  if (!receipt) return std::unexpected(CliError(std::move(receipt.error())));
  NSL_TRY(auto text, RenderReceiptFile(*receipt));
  receipt_path_ = folder_ + "/receipt.json";
  root_path_ = folder_ + "/root.der";
  NSL_TRY_VOID(WriteFileAtomic(receipt_path_, text, 0644));
  NSL_TRY_VOID(WriteFileAtomic(root_path_, AsText(api_->profile().root_der), 0644));
  NSL_TRY(auto again, ReadFileLimited(receipt_path_, kReceiptFileBytes));
  NSL_TRY(auto parsed, ParseReceiptFile(again));
  const Profile& profile = api_->profile();
  NSL_TRY(auto proof, ProveReceipt(parsed, {profile.root_der, profile.simulated}));
  simulated_ = proof.simulated;
  if (proof.leaf.run_id != answer_.run_id ||
      "0x" + ToHex(proof.leaf.code_hash) != deployed_.code_hash) {
    return FailWith("receipt.invalid", "the receipt is that of another run or code");
  }
  return {};
}

void Demo::Show(bool keep) {
  std::string api = system_.installation().ApiUrl();
  std::string call = api + "/v1/functions/" + deployed_.function_id + ":invoke?keep=1";
  std::string curl = "curl -sS '" + call + "' -H 'Authorization: Bearer " + key_ +
                     "' -H 'Content-Type: application/json' -d '" + data_ + "'";
  auto result = ParseJson(answer_.result);
  if (cli_.json) {
    term_.Json(json::object{{"steps", steps_},
                            {"runId", answer_.run_id},
                            {"result", result ? *result : json::value()},
                            {"receipt", receipt_path_},
                            {"root", root_path_},
                            {"receiptValid", true},
                            {"simulated", simulated_},
                            {"codeHash", deployed_.code_hash},
                            {"transfer", json::object{{"hash", top_up_.hash},
                                                      {"block", top_up_.block},
                                                      {"to", top_up_.receiver},
                                                      {"datoshi", top_up_.datoshi},
                                                      {"policy", top_up_.policy_id}}},
                            {"api", api},
                            {"metrics", system_.installation().MetricsUrl()},
                            {"curl", curl}});
    return;
  }
  term_.Line();
  term_.Line(term_.Paint(Colour::kBold, "answer"));
  if (result) term_.Line(Printable(PrettyJson(*result)));
  term_.Line(term_.Paint(Colour::kBold, "log"));
  PrintLogs(term_, logs_);
  term_.Line(term_.Paint(Colour::kBold, "usage  ") + UsageLine(run_));
  term_.Line(
      term_.Paint(Colour::kBold, "receipt") + "  valid" +
      (simulated_ ? " (simulated: signed by a development program, not by an enclave)" : "") +
      ", code hash " + deployed_.code_hash);
  term_.Line("         check it again: nsl receipt verify " + receipt_path_ + " --root " +
             root_path_);
  term_.Line(term_.Paint(Colour::kBold, "transfer") + " " + WholeUnits(top_up_.datoshi, 8) +
             " GAS to " + top_up_.receiver + " in block " + std::to_string(top_up_.block) +
             ", sent by the function under " + top_up_.policy_id);
  term_.Line();
  term_.Line("the same call:");
  term_.Line("  " + curl);
  term_.Line("api " + api + "   docs " + api + "/docs   metrics " +
             system_.installation().MetricsUrl());
  term_.Line(keep ? "running until Ctrl-C; NSL_HOME=" + ProfileFolder() + " nsl functions list"
                  : "go on: nsl dev (or nsl demo --keep), nsl register EMAIL, nsl init my-function,"
                    " nsl deploy my-function");
}

}  // namespace

CliStatus RunDemo(Cli& cli, bool keep) {
  auto start = std::chrono::steady_clock::now();
  Interrupts interrupts;
  NSL_TRY(auto folder, DemoFolder::Make());
  // Other users of the system reach their own folders in it, and nothing else.
  fs::permissions(folder.path(), fs::perms(0711));
  // A profile of its own: a demo must not touch the login of its user.
  setenv("NSL_HOME", (folder.path() + "/profile").c_str(), 1);
  for (const char* name : {"NSL_API", "NSL_TOKEN", "NSL_PROJECT"}) unsetenv(name);
  DevOptions options{.folder = folder.path() + "/system",
                     .api_port = 0,
                     .metrics_port = 0,
                     .chain_port = 0,
                     .block_ms = 100,
                     .persistent_chain = false};
  NSL_TRY(auto installation, Installation::Open(options));
  DevSystem system(std::move(installation), cli.term(), interrupts);
  Demo demo(cli, system, folder.path());
  NSL_TRY_VOID(demo.Run());
  demo.Show(keep);
  auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  cli.term().Line("done in " + std::to_string(took.count()) + " ms");
  if (keep) system.Supervise();
  return {};
}

}  // namespace nsl::cli
