// SPDX-License-Identifier: Apache-2.0
//
// Policies: what the wallets of a project may do, decided in the vault before anything is signed.
//
// Nothing is allowed that no rule allows. The rules of a project are asked together: a `deny` that
// applies wins; else the oldest `allow` that applies and has room in its limits decides, and the
// transaction is counted against its limits. Without any, one built-in rule remains:
// "signed-member", which lets a member with wallets:send send what he signed himself; it is silent
// about a wallet and caller that an `allow` names, so that limits bind members as soon as somebody
// wants them to. Whatever allows it, the ceiling of the transaction and the daily fee of the wallet
// hold.
//
// Lists: of an `allow`, empty `callers` and `contracts` are refused (write "*" to mean everything);
// other empty lists, and all empty lists of a `deny`, mean everything.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rpc/method.h"
#include "wallet/intent_api.h"

namespace nsl::wallet {

using rpc::CallContext;

inline constexpr std::string_view kPolicyId = "pol_";
inline constexpr size_t kMaxPoliciesPerProject = 100;
inline constexpr std::string_view kMemberRule = "signed-member";
inline constexpr std::string_view kNoRule = "default-deny";

// One argument of the call, by position.
struct ArgumentRule {
  uint32_t index = 0;
  // Integer, Hash160, Hash256, String, Boolean, ByteArray, PublicKey: exactly as the call spells
  // it, for the same text means other bytes in another type. Null, arrays and maps never apply.
  std::string type;
  // Integers in decimal, hashes as 0x…, text as it is, bytes and keys as 0x and hexadecimal digits,
  // "true", "false".
  std::vector<std::string> one_of;
  // Of integers, decimal.
  std::optional<std::string> min;
  std::optional<std::string> max;
  static constexpr std::string_view kDefaulted[] = {"one_of"};
};
BOOST_DESCRIBE_STRUCT(ArgumentRule, (), (index, type, one_of, min, max))

// At most so much within any `seconds`, over all transactions that the policy allowed.
struct RollingLimit {
  // 60 to 31 days. Counted in sixtieths: what was spent counts for at most that much longer.
  uint32_t seconds = 0;
  // Of the one token of the policy.
  std::optional<std::string> amount;
  // Datoshi.
  std::optional<std::string> fee;
  std::optional<uint32_t> count;
};
BOOST_DESCRIBE_STRUCT(RollingLimit, (), (seconds, amount, fee, count))

struct PolicyRule {
  // "allow", "deny"
  std::string effect;
  // wal_…; which wallets of the project.
  std::vector<std::string> wallets;
  // "*", "members" (a request that a member signed), acc_…, key_…, fn_… (any version of the
  // function whose deploy was signed), ver_… (exactly this one, however it was deployed).
  std::vector<std::string> callers;
  // "*", "GAS", "NEO", 0x…
  std::vector<std::string> contracts;
  std::vector<std::string> methods;
  // Addresses or script hashes. With this or max_amount only NEP-17 transfers out of the wallet can
  // apply.
  std::vector<std::string> receivers;
  std::vector<ArgumentRule> arguments;
  std::optional<std::string> max_amount;
  // Datoshi, of one transaction; also the ceiling of one that names none.
  std::optional<std::string> max_fee;
  // RFC 3339, UTC: 2027-01-31T00:00:00Z.
  std::optional<std::string> not_before;
  std::optional<std::string> not_after;
  std::vector<RollingLimit> limits;
  static constexpr std::string_view kDefaulted[] = {
      "wallets", "callers", "contracts", "methods", "receivers", "arguments", "limits"};
};
BOOST_DESCRIBE_STRUCT(PolicyRule, (),
                      (effect, wallets, callers, contracts, methods, receivers, arguments,
                       max_amount, max_fee, not_before, not_after, limits))

struct Policy {
  std::string id;
  std::string project_id;
  std::string name;
  PolicyRule rule;
  std::string authorised_by;
  std::string created_at;
  // From 1; rises with each change.
  int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Policy, (), (id, project_id, name, rule, authorised_by, created_at, version))

struct CreatePolicyRequest {
  std::string project;
  // 1 to 64 of a-z 0-9 - _, unique in the project.
  std::string name;
  PolicyRule rule;
};
BOOST_DESCRIBE_STRUCT(CreatePolicyRequest, (), (project, name, rule))
struct UpdatePolicyRequest {
  std::string policy;
  std::string name;
  PolicyRule rule;
  // The one that was read. It stands in the body and not in If-Match because a signature covers the
  // body: the host must not choose which change a signed one replaces.
  int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(UpdatePolicyRequest, (), (policy, name, rule, version))
struct PolicyListRequest {
  std::string project;
};
BOOST_DESCRIBE_STRUCT(PolicyListRequest, (), (project))
struct PolicyList {
  std::vector<Policy> items;
};
BOOST_DESCRIBE_STRUCT(PolicyList, (), (items))
struct PolicyRef {
  std::string policy;
};
BOOST_DESCRIBE_STRUCT(PolicyRef, (), (policy))

struct ExplainRequest {
  std::string project;
  std::string wallet;
  // As in `callers` of a rule; "members" when absent.
  std::optional<std::string> caller;
  std::optional<TransferIntent> transfer;
  std::optional<CallIntent> call;
  std::optional<std::string> max_fee;
};
BOOST_DESCRIBE_STRUCT(ExplainRequest, (), (project, wallet, caller, transfer, call, max_fee))
struct RuleLine {
  // pol_… or the name of a built-in rule.
  std::string policy;
  std::string name;
  std::string effect;
  bool applies = false;
  // Why it does not apply, or what is left of its limits.
  std::string because;
};
BOOST_DESCRIBE_STRUCT(RuleLine, (), (policy, name, effect, applies, because))
struct Verdict {
  bool allowed = false;
  // The rule that decided: pol_…, "signed-member", "default-deny".
  std::string policy;
  std::string because;
  // Every rule that was asked, in the order of asking.
  std::vector<RuleLine> rules;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (allowed, policy, because, rules))

// Served by the vault.
struct PolicyApi {
  virtual ~PolicyApi() = default;
  virtual Task<Result<Policy>> Create(CallContext, CreatePolicyRequest) = 0;
  virtual Task<Result<PolicyList>> List(CallContext, PolicyListRequest) = 0;
  virtual Task<Result<Policy>> Get(CallContext, PolicyRef) = 0;
  // Name and rule as a whole. What was spent goes on counting: a limit over the same time keeps its
  // count, another one begins with that of the longest. request.version_conflict unless the policy
  // still has the version that was read.
  virtual Task<Result<Policy>> Update(CallContext, UpdatePolicyRequest) = 0;
  virtual Task<Result<rpc::Empty>> Delete(CallContext, PolicyRef) = 0;
  // What would be decided now; neither simulates nor signs nor counts.
  virtual Task<Result<Verdict>> Explain(CallContext, ExplainRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&PolicyApi::Create>{.number = 730,
                                      .name = "policies.create",
                                      .verb = "POST",
                                      .path = "/v1/projects/{project}/policies",
                                      .signature = rpc::Signature::kRequired,
                                      .scope = "policies:write",
                                      .success = 201,
                                      .summary = "Make a rule about what the wallets may do"},
      rpc::Method<&PolicyApi::List>{.number = 731,
                                    .name = "policies.list",
                                    .verb = "GET",
                                    .path = "/v1/projects/{project}/policies",
                                    .scope = "wallets:read",
                                    .idempotent = true,
                                    .summary = "Policies of a project, oldest first"},
      rpc::Method<&PolicyApi::Get>{.number = 732,
                                   .name = "policies.get",
                                   .verb = "GET",
                                   .path = "/v1/policies/{policy}",
                                   .scope = "wallets:read",
                                   .idempotent = true,
                                   .summary = "One policy"},
      rpc::Method<&PolicyApi::Update>{.number = 735,
                                      .name = "policies.update",
                                      .verb = "PUT",
                                      .path = "/v1/policies/{policy}",
                                      .signature = rpc::Signature::kRequired,
                                      .scope = "policies:write",
                                      .summary = "Replace the rule of a policy"},
      rpc::Method<&PolicyApi::Delete>{.number = 733,
                                      .name = "policies.delete",
                                      .verb = "DELETE",
                                      .path = "/v1/policies/{policy}",
                                      .signature = rpc::Signature::kRequired,
                                      .scope = "policies:write",
                                      .success = 204,
                                      .summary = "Remove a policy"},
      rpc::Method<&PolicyApi::Explain>{
          .number = 734,
          .name = "policies.explain",
          .verb = "POST",
          .path = "/v1/projects/{project}/policies:explain",
          .scope = "wallets:read",
          .idempotent = true,
          .summary = "Which rule would decide about a transaction, and why"},
  };
};

}  // namespace nsl::wallet
