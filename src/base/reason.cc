// SPDX-License-Identifier: Apache-2.0
#include "base/reason.h"

#include <array>

namespace nsl {
namespace {

constexpr std::array kRows = {
#define NSL_X(name, text, code, http, retry) \
  ReasonRow{Reason::name, text, Code::code, http, RetryClass::retry},
    NSL_REASONS(NSL_X)
#undef NSL_X
};

constexpr bool EachTextOnce() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    for (size_t j = i + 1; j < kRows.size(); ++j) {
      if (kRows[i].text == kRows[j].text) return false;
    }
  }
  return true;
}
static_assert(EachTextOnce(), "two rows of the reason table share a text");

constexpr std::array<std::string_view, 16> kCodes = {
    "invalid_argument",   "failed_precondition", "out_of_range", "unauthenticated",
    "permission_denied",  "not_found",           "aborted",      "already_exists",
    "resource_exhausted", "cancelled",           "data_loss",    "unknown",
    "internal",           "unimplemented",       "unavailable",  "deadline_exceeded"};
constexpr std::array<std::string_view, 6> kRetryClasses = {"user",     "quota", "funds",
                                                           "upstream", "chain", "platform"};

}  // namespace

const ReasonRow& RowOf(Reason reason) { return kRows[static_cast<size_t>(reason)]; }

std::optional<Reason> ReasonFromText(std::string_view text) {
  for (const ReasonRow& row : kRows) {
    if (row.text == text) return row.reason;
  }
  return std::nullopt;
}

std::string_view TextOf(Reason reason) { return RowOf(reason).text; }
std::string_view TextOf(Code code) { return kCodes[static_cast<size_t>(code)]; }
std::string_view TextOf(RetryClass retry_class) {
  return kRetryClasses[static_cast<size_t>(retry_class)];
}

}  // namespace nsl
