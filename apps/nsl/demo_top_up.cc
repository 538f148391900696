// SPDX-License-Identifier: Apache-2.0
#include "demo_top_up.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "deploy.h"
#include "dev/funding.h"
#include "neo/contract_hash.h"
#include "neo/script_hash.h"
#include "templates.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;

constexpr const char* kFunction = "top-up";
constexpr int64_t kFunding = 10'000'000'000;

CliResult<json::value> MakeWallet(ApiClient& api, const std::string& project,
                                  const std::string& name) {
  return api.Json({.method = "POST",
                   .path = "/v1/projects/" + project + "/wallets",
                   .body = json::serialize(json::object{{"name", name}})});
}

}  // namespace

CliStatus MakeDemoWallets(Cli& cli, ApiClient& api, TopUpDemo& demo) {
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto payer, MakeWallet(api, project, "payer"));
  NSL_TRY(auto receiver, MakeWallet(api, project, "receiver"));
  demo.payer_id = TextAt(payer, "id");
  demo.receiver = TextAt(receiver, "address");
  NSL_TRY(auto account, neo::ScriptHashFromAddress(TextAt(payer, "address")));
  NSL_TRY_VOID(FundFromGenesis(api.profile().chain, neo::FindNative("GasToken")->hash, account,
                               neo::Integer(kFunding)));
  return {};
}

CliStatus AllowTopUp(Cli& cli, ApiClient& api, const std::string& folder, TopUpDemo& demo) {
  std::string source = folder + "/" + kFunction;
  NSL_TRY_VOID(WriteTemplate(kFunction, source, kFunction));
  NSL_TRY(Deployed deployed, DeployFolder(cli, source));
  demo.function_id = deployed.function_id;
  NSL_TRY(auto project, cli.Project());
  json::object rule{{"effect", "allow"},
                    {"wallets", json::array{demo.payer_id}},
                    {"callers", json::array{demo.function_id}},
                    {"contracts", json::array{"GAS"}},
                    {"methods", json::array{"transfer"}},
                    {"maxAmount", "200000000"}};
  NSL_TRY(auto policy,
          api.Json({.method = "POST",
                    .path = "/v1/projects/" + project + "/policies",
                    .body = json::serialize(json::object{{"name", kFunction}, {"rule", rule}})}));
  demo.policy_id = TextAt(policy, "id");
  return {};
}

CliStatus CallTopUp(Cli& cli, TopUpDemo& demo) {
  std::string data = json::serialize(json::object{{"address", demo.receiver}});
  NSL_TRY(Invocation answer, Invoke(cli, {.function = demo.function_id, .data = data}));
  NSL_TRY(auto result, ParseJson(answer.result));
  demo.hash = TextAt(result, "hash");
  demo.datoshi = TextAt(result, "sent");
  demo.block = UintAt(result, "block");
  if (demo.hash.empty() || demo.block == 0) {
    return FailWith("run.user", "the function sent nothing: " + answer.result);
  }
  return {};
}

}  // namespace nsl::cli
