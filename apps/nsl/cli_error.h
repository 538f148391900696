// SPDX-License-Identifier: Apache-2.0
//
// What a verb failed with, and the exit code that a script sees.
//
// A refusal of the server keeps its own reason, also one that this build does not know, so that an
// older command line still says what happened. Value type, any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl::cli {

// The documented exit codes (nsl --help).
enum class Exit : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kAuth = 3,
  kNotFound = 4,
  kConflict = 5,
  kQuota = 6,
  kUpstream = 7,
  kPlatform = 8,
};

struct CliError {
  std::string reason;
  std::string code;
  std::string detail;
  std::vector<FieldError> fields;
  std::string request_id;
  // HTTP status, 0 when nothing was answered.
  int status = 0;
  bool retryable = false;
  // Set for failures that carry a run: its id.
  std::string run_id;

  CliError() = default;
  CliError(std::string r, std::string d) : reason(std::move(r)), detail(std::move(d)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): lets NSL_TRY pass a library error on.
  CliError(Error error);

  Exit exit() const;
  // {"error": {...}} as `--json` prints it.
  std::string ToJson() const;
};

template <class T>
using CliResult = std::expected<T, CliError>;
using CliStatus = CliResult<void>;

// A wrong command line or a wrong local file: exit 2.
inline std::unexpected<CliError> Usage(std::string detail) {
  return std::unexpected(CliError("cli.usage", std::move(detail)));
}
inline std::unexpected<CliError> FailWith(std::string reason, std::string detail) {
  return std::unexpected(CliError(std::move(reason), std::move(detail)));
}

// Exit code of a dotted reason; `status` decides for one that has no rule.
Exit ExitOf(std::string_view reason, int status);

}  // namespace nsl::cli
