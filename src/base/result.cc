// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace nsl {

std::string Error::ToString() const {
  std::string out(TextOf(reason));
  if (!detail.empty()) {
    out += ": ";
    out += detail;
  }
  return out;
}

void CheckFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "NSL_CHECK failed: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace nsl
