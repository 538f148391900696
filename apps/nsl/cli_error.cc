// SPDX-License-Identifier: Apache-2.0
#include "cli_error.h"

#include <array>

#include "base/log.h"

namespace nsl::cli {
namespace {

struct Rule {
  std::string_view prefix;
  Exit exit;
};

// The first rule that fits decides; a prefix ends at a dot or at the end of the reason.
constexpr std::array kRules = {
    Rule{"cli.usage", Exit::kUsage},
    Rule{"cli.config", Exit::kUsage},
    Rule{"cli.not_logged_in", Exit::kAuth},
    Rule{"cli.offline", Exit::kUpstream},
    Rule{"cli.locked", Exit::kConflict},
    Rule{"run.platform", Exit::kPlatform},
    Rule{"run.not_kept", Exit::kNotFound},
    Rule{"run.input_too_large", Exit::kUsage},
    Rule{"attest", Exit::kPlatform},
    Rule{"grant", Exit::kPlatform},
    Rule{"platform", Exit::kPlatform},
    Rule{"chain", Exit::kUpstream},
    Rule{"upstream", Exit::kUpstream},
    Rule{"quota", Exit::kQuota},
    Rule{"funds", Exit::kQuota},
    Rule{"auth", Exit::kAuth},
    Rule{"not_found", Exit::kNotFound},
    Rule{"request.version_conflict", Exit::kConflict},
    Rule{"request.in_progress", Exit::kConflict},
    Rule{"request.precondition_required", Exit::kConflict},
    Rule{"account.exists", Exit::kConflict},
    Rule{"project.exists", Exit::kConflict},
    Rule{"function.exists", Exit::kConflict},
    Rule{"function.not_deployed", Exit::kConflict},
    Rule{"wallet.transaction_ended", Exit::kConflict},
    Rule{"kv.conflict", Exit::kConflict},
    Rule{"wallet.exists", Exit::kConflict},
    Rule{"wallet.policy", Exit::kAuth},
    Rule{"wallet", Exit::kUsage},
    Rule{"request", Exit::kUsage},
    Rule{"function", Exit::kFailed},
    Rule{"run", Exit::kFailed},
    Rule{"receipt", Exit::kFailed},
    Rule{"cli", Exit::kFailed},
};

bool Fits(std::string_view reason, std::string_view prefix) {
  return reason.starts_with(prefix) &&
         (reason.size() == prefix.size() || reason[prefix.size()] == '.');
}

Exit ExitOfStatus(int status) {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return Exit::kUsage;
    case 401:
    case 403:
    case 423:
      return Exit::kAuth;
    case 404:
      return Exit::kNotFound;
    case 409:
    case 412:
    case 428:
      return Exit::kConflict;
    case 402:
    case 429:
      return Exit::kQuota;
    case 502:
      return Exit::kUpstream;
    default:
      return status >= 500 ? Exit::kPlatform : Exit::kFailed;
  }
}

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  AppendJsonString(out, value);
}

}  // namespace

CliError::CliError(Error error)
    : reason(TextOf(error.reason)),
      code(TextOf(error.code())),
      detail(std::move(error.detail)),
      fields(std::move(error.fields)),
      retryable(RowOf(error.reason).retry_class != RetryClass::kUser) {}

Exit CliError::exit() const { return ExitOf(reason, status); }

Exit ExitOf(std::string_view reason, int status) {
  for (const Rule& rule : kRules) {
    if (Fits(reason, rule.prefix)) return rule.exit;
  }
  return ExitOfStatus(status);
}

std::string CliError::ToJson() const {
  std::string out = R"({"error":{"reason":)";
  AppendJsonString(out, reason);
  if (!code.empty()) AppendMember(out, "code", code);
  AppendMember(out, "detail", detail);
  if (status != 0) out += ",\"status\":" + std::to_string(status);
  out += retryable ? ",\"retryable\":true" : ",\"retryable\":false";
  if (!request_id.empty()) AppendMember(out, "requestId", request_id);
  if (!run_id.empty()) AppendMember(out, "runId", run_id);
  if (!fields.empty()) {
    out += ",\"errors\":[";
    for (size_t i = 0; i < fields.size(); ++i) {
      out += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
      AppendJsonString(out, fields[i].pointer);
      AppendMember(out, "detail", fields[i].detail);
      out += '}';
    }
    out += ']';
  }
  out += ",\"exit\":" + std::to_string(static_cast<int>(exit())) + "}}";
  return out;
}

}  // namespace nsl::cli
