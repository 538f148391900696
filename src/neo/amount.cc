// SPDX-License-Identifier: Apache-2.0
#include "neo/amount.h"

#include <algorithm>

namespace nsl::neo {
namespace {

bool AllDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<int64_t> AmountFromText(std::string_view text, unsigned decimals) {
  auto refused = [&](const std::string& why) {
    return Fail(Reason::kChainInvalid,
                "'" + std::string(text.substr(0, 40)) + "' is no amount: " + why);
  };
  NSL_CHECK(decimals <= 18);
  if (text.empty()) return refused("it is empty");
  if (text[0] == '-') return refused("it is negative");
  size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view rest = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (!AllDigits(whole) || !AllDigits(rest)) {
    return refused("only digits and one decimal point are allowed, as in 1.5");
  }
  if (whole.empty() || (point != std::string_view::npos && rest.empty())) {
    return refused("digits are needed on both sides of the point");
  }
  if (whole.size() > 1 && whole[0] == '0') return refused("it starts with a zero");
  if (rest.size() > decimals) {
    return refused("at most " + std::to_string(decimals) + " digits may follow the point");
  }
  std::string digits = std::string(whole) + std::string(rest);
  digits.append(decimals - rest.size(), '0');
  int64_t out = 0;
  for (char c : digits) {
    if (__builtin_mul_overflow(out, 10, &out) || __builtin_add_overflow(out, c - '0', &out)) {
      return refused("the largest is " + AmountToText(INT64_MAX, decimals));
    }
  }
  return out;
}

std::string AmountToText(int64_t amount, unsigned decimals) {
  uint64_t size = amount < 0 ? 0 - static_cast<uint64_t>(amount) : static_cast<uint64_t>(amount);
  std::string out = std::to_string(size);
  if (decimals > 0) {
    if (out.size() <= decimals) out.insert(0, decimals + 1 - out.size(), '0');
    out.insert(out.size() - decimals, 1, '.');
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return amount < 0 ? "-" + out : out;
}

}  // namespace nsl::neo
