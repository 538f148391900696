// SPDX-License-Identifier: Apache-2.0
#include "wallet/policies.h"

#include <algorithm>

#include "neo/verification_script.h"
#include "rpc/signed_form.h"
#include "wallet/names.h"
#include "wallet/policy_text.h"

namespace nsl::wallet {
namespace {

std::unexpected<Error> NoPolicy() { return Fail(Reason::kNotFound, "no such policy"); }

Policy ToPolicy(const PolicyRow& row) {
  return {row.id,     row.project_id,    row.name,
          row.rule,   row.authorised_by, ToRfc3339(row.created_ms),
          row.version};
}

}  // namespace

Task<Result<PolicyRow>> PolicyService::FindPolicy(std::string id) {
  if (!IsId(kPolicyId, id)) co_return NoPolicy();
  auto found = co_await rows_.Find<PolicyRow>(std::move(id));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return NoPolicy();
  co_return std::move((*found)->row);
}

Task<Result<std::vector<PolicyRow>>> PolicyService::Of(std::string project_id) {
  auto all = co_await rows_.FindOrEmpty<ProjectPoliciesRow>(std::move(project_id));
  if (!all) co_return std::unexpected(std::move(all.error()));
  std::vector<PolicyRow> out;
  for (const std::string& id : all->row.policies) {
    auto row = co_await FindPolicy(id);
    // Removed between the two reads: the change is acknowledged after both are gone.
    if (!row && row.error().reason == Reason::kNotFound) continue;
    if (!row) co_return std::unexpected(std::move(row.error()));
    out.push_back(std::move(*row));
  }
  co_return out;
}

Task<Status> PolicyService::CheckWallets(std::string project_id, std::vector<std::string> wallets) {
  auto all = co_await rows_.FindOrEmpty<ProjectWalletsRow>(std::move(project_id));
  if (!all) co_return std::unexpected(std::move(all.error()));
  for (size_t i = 0; i < wallets.size(); ++i) {
    bool known = std::any_of(all->row.wallets.begin(), all->row.wallets.end(),
                             [&](const WalletName& w) { return w.id == wallets[i]; });
    if (known) continue;
    co_return Fail(
        Error(Reason::kWalletInvalid, "the project has no wallet " + wallets[i])
            .WithField("/rule/wallets/" + std::to_string(i), "the id of a wallet of this project"));
  }
  co_return Status();
}

Task<Result<Policy>> PolicyService::Create(CallContext context, CreatePolicyRequest request) {
  auto change = co_await account::AuthoriseChange(authoriser_, std::move(context),
                                                  rpc::FormOf<PolicyApi, &PolicyApi::Create>(),
                                                  std::move(request), "policies:write");
  if (!change) co_return std::unexpected(std::move(change.error()));
  NSL_CO_TRY_VOID(CheckName(change->request.name, "policy"));
  PolicyRow row;
  row.id = ids_.Make(kPolicyId);
  row.project_id = std::move(change->request.project);
  row.name = std::move(change->request.name);
  NSL_CO_TRY(row.rule, CheckRule(std::move(change->request.rule)));
  Status known = co_await CheckWallets(row.project_id, row.rule.wallets);
  if (!known) co_return std::unexpected(std::move(known.error()));
  row.principal_id = std::move(change->who.principal_id);
  row.authorised_by = std::move(change->who.authorised_by);
  row.created_ms = env_.clock.NowMs();
  auto made = co_await Add(std::move(row));
  co_return made;
}

Task<Result<Policy>> PolicyService::Add(PolicyRow row) {
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto all = co_await rows_.FindOrEmpty<ProjectPoliciesRow>(row.project_id);
    if (!all) co_return std::unexpected(std::move(all.error()));
    if (all->row.policies.size() >= kMaxPoliciesPerProject) {
      co_return Fail(Reason::kQuotaItems, "a project has at most 100 policies");
    }
    Status unique = co_await CheckUnique(row.project_id, row.name, row.id);
    if (!unique) co_return std::unexpected(std::move(unique.error()));
    all->row.policies.push_back(row.id);
    std::vector<enclave::StoreChange> changes;
    changes.push_back(PutRow(row.id, row, 0));
    changes.push_back(PutRow(row.project_id, all->row, all->version));
    Status done = co_await rows_.Commit(std::move(changes));
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    env_.log.Info("policy_made", {{"policy", row.id}});
    co_return ToPolicy(row);
  }
  co_return Fail(Reason::kQuotaBusy, "the project changes elsewhere; try again");
}

Task<Result<PolicyList>> PolicyService::List(CallContext context, PolicyListRequest request) {
  auto who = co_await authoriser_.Authorise(std::move(context), request.project, "wallets:read",
                                            rpc::Signature::kNone);
  if (!who) co_return std::unexpected(std::move(who.error()));
  auto rows = co_await Of(std::move(request.project));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  PolicyList out;
  for (const PolicyRow& row : *rows) out.items.push_back(ToPolicy(row));
  co_return out;
}

Task<Result<Policy>> PolicyService::Get(CallContext context, PolicyRef request) {
  auto row = co_await FindPolicy(std::move(request.policy));
  if (!row && row.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(row.error()));
  }
  std::string project = row ? row->project_id : std::string();
  auto who = co_await authoriser_.Authorise(std::move(context), std::move(project), "wallets:read",
                                            rpc::Signature::kNone);
  if (!who && who.error().reason == Reason::kNotFound) co_return NoPolicy();
  if (!who) co_return std::unexpected(std::move(who.error()));
  if (!row) co_return std::unexpected(std::move(row.error()));
  co_return ToPolicy(*row);
}

Task<Status> PolicyService::CheckUnique(std::string project_id, std::string name, std::string but) {
  auto others = co_await Of(std::move(project_id));
  if (!others) co_return std::unexpected(std::move(others.error()));
  bool taken = std::any_of(others->begin(), others->end(),
                           [&](const PolicyRow& p) { return p.name == name && p.id != but; });
  if (!taken) co_return Status();
  co_return Fail(Reason::kWalletExists, "the project already has a policy named '" + name + "'");
}

Task<Result<std::string>> PolicyService::MayChange(CallContext context, std::string policy,
                                                   rpc::Signature need) {
  auto row = co_await FindPolicy(std::move(policy));
  if (!row && row.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(row.error()));
  }
  std::string project = row ? row->project_id : std::string();
  auto who = co_await authoriser_.Authorise(std::move(context), project, "policies:write", need);
  if (!who && who.error().reason == Reason::kNotFound) co_return NoPolicy();
  if (!who) co_return std::unexpected(std::move(who.error()));
  if (!row) co_return std::unexpected(std::move(row.error()));
  co_return project;
}

Task<Result<Policy>> PolicyService::Update(CallContext context, UpdatePolicyRequest request) {
  constexpr rpc::HttpForm kForm = rpc::FormOf<PolicyApi, &PolicyApi::Update>();
  if (context.signed_http) {
    NSL_CO_TRY(request, rpc::ReadSigned<UpdatePolicyRequest>(*context.signed_http, kForm));
  }
  auto project = co_await MayChange(std::move(context), request.policy, kForm.signature);
  if (!project) co_return std::unexpected(std::move(project.error()));
  NSL_CO_TRY_VOID(CheckName(request.name, "policy"));
  PolicyRow row;
  row.id = std::move(request.policy);
  row.project_id = std::move(*project);
  row.name = std::move(request.name);
  NSL_CO_TRY(row.rule, CheckRule(std::move(request.rule)));
  Status known = co_await CheckWallets(row.project_id, row.rule.wallets);
  if (!known) co_return std::unexpected(std::move(known.error()));
  Status unique = co_await CheckUnique(row.project_id, row.name, row.id);
  if (!unique) co_return std::unexpected(std::move(unique.error()));
  auto made = co_await Replace(std::move(row), request.version);
  co_return made;
}

Task<Result<Policy>> PolicyService::Replace(PolicyRow row, int64_t read) {
  auto found = co_await rows_.Find<PolicyRow>(row.id);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return NoPolicy();
  const PolicyRow& now = (*found)->row;
  std::string stale = "the policy has changed since it was read";
  if (now.version != read) {
    co_return Fail(Error(Reason::kRequestVersionConflict,
                         stale + ": it has version " + std::to_string(now.version) +
                             "; read it again and repeat the change")
                       .WithField("/version", "the version that was read"));
  }
  row.version = now.version + 1;
  row.principal_id = now.principal_id;
  row.authorised_by = now.authorised_by;
  row.created_ms = now.created_ms;
  std::vector<PolicyRow> before = {now};
  Status loaded = co_await book_.Load({}, &before);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  std::vector<enclave::StoreChange> changes;
  changes.push_back(PutRow(row.id, row, (*found)->version));
  // From here to the commit what is spent counts under the new limits.
  SpendBook::Limits old = book_.SetLimits(row.id, row.rule.limits, changes);
  Status done = co_await rows_.Commit(std::move(changes));
  if (!done && done.error().reason != Reason::kPlatformUnknownResult) {
    book_.Restore(row.id, std::move(old));
  }
  if (IsConflict(done)) co_return Fail(Reason::kRequestVersionConflict, stale);
  if (!done) co_return std::unexpected(std::move(done.error()));
  env_.log.Info("policy_changed", {{"policy", row.id}});
  co_return ToPolicy(row);
}

Task<Result<rpc::Empty>> PolicyService::Delete(CallContext context, PolicyRef request) {
  constexpr rpc::HttpForm kForm = rpc::FormOf<PolicyApi, &PolicyApi::Delete>();
  if (context.signed_http) {
    NSL_CO_TRY(request, rpc::ReadSigned<PolicyRef>(*context.signed_http, kForm));
  }
  auto may = co_await MayChange(std::move(context), request.policy, kForm.signature);
  if (!may) co_return std::unexpected(std::move(may.error()));
  std::string project = std::move(*may);
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto all = co_await rows_.FindOrEmpty<ProjectPoliciesRow>(project);
    if (!all) co_return std::unexpected(std::move(all.error()));
    if (std::erase(all->row.policies, request.policy) == 0) co_return NoPolicy();
    std::vector<enclave::StoreChange> changes;
    changes.push_back(PutRow(project, all->row, all->version));
    changes.push_back(RemoveRow<PolicyRow>(request.policy, std::nullopt));
    changes.push_back(RemoveRow<PolicySpendRow>(request.policy, std::nullopt));
    Status done = co_await rows_.Commit(std::move(changes));
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    book_.Forget(request.policy);
    env_.log.Info("policy_removed", {{"policy", request.policy}});
    co_return rpc::Empty{};
  }
  co_return Fail(Reason::kQuotaBusy, "the project changes elsewhere; try again");
}

Task<Result<Verdict>> PolicyService::Explain(CallContext context, ExplainRequest request) {
  auto who = co_await authoriser_.Authorise(std::move(context), request.project, "wallets:read",
                                            rpc::Signature::kNone);
  if (!who) co_return std::unexpected(std::move(who.error()));
  auto wallet = co_await rows_.Find<WalletRow>(request.wallet);
  if (!wallet) co_return std::unexpected(std::move(wallet.error()));
  if (!*wallet || (*wallet)->row.project_id != request.project) {
    co_return Fail(Reason::kNotFound, "no such wallet");
  }
  NSL_CO_TRY(neo::PublicKey key, neo::PublicKey::FromBytes((*wallet)->row.public_key));
  SubmitRequest asked{request.project,
                      request.wallet,
                      std::move(request.transfer),
                      std::move(request.max_fee),
                      {},
                      std::move(request.call)};
  NSL_CO_TRY(CheckedIntent intent, CheckIntent(asked, neo::AccountOf(key)));
  auto policies = co_await Of(request.project);
  if (!policies) co_return std::unexpected(std::move(policies.error()));
  Status loaded = co_await book_.Load(request.wallet, &*policies);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  std::string caller = request.caller.value_or(std::string(kMembers));
  Asker asker{{caller}, caller == kMembers || IsId(kAccountId, caller)};
  if (asker.member && caller != kMembers) asker.names.push_back(std::string(kMembers));
  PolicyQuestion question{asker, request.wallet, intent, std::nullopt, env_.clock.NowMs()};
  co_return Decide(
      *policies, [this](const std::string& id) { return book_.SpendOf(id); }, question);
}

}  // namespace nsl::wallet
