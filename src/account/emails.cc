// SPDX-License-Identifier: Apache-2.0
#include "account/emails.h"

#include <algorithm>

namespace nsl::account {
namespace {

constexpr size_t kMaxAddress = 254;
constexpr size_t kMaxLocal = 64;

bool IsLocalChar(char c) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kSigns.find(c) != kSigns.npos;
}

bool IsDomain(std::string_view domain) {
  if (domain.empty() || domain.front() == '.' || domain.back() == '.') return false;
  char before = '.';
  for (char c : domain) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '.') return false;
    if (before == '.' && !letter) return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return before != '-';
}

}  // namespace

Result<std::string> NormaliseEmail(std::string_view email) {
  while (!email.empty() && email.front() == ' ') email.remove_prefix(1);
  while (!email.empty() && email.back() == ' ') email.remove_suffix(1);
  std::string out(email.substr(0, kMaxAddress + 1));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  size_t at = out.find('@');
  std::string_view local = std::string_view(out).substr(0, at);
  bool good = out.size() <= kMaxAddress && at != std::string::npos && !local.empty() &&
              local.size() <= kMaxLocal && std::all_of(local.begin(), local.end(), IsLocalChar) &&
              local.front() != '.' && local.back() != '.' &&
              local.find("..") == std::string_view::npos &&
              IsDomain(std::string_view(out).substr(at + 1));
  if (!good) {
    return Fail(Error(Reason::kRequestInvalid, "the e-mail address is not valid")
                    .WithField("/email", "local@domain, at most 254 characters"));
  }
  return out;
}

}  // namespace nsl::account
