// SPDX-License-Identifier: Apache-2.0
#include "base/toml_text.h"

namespace nsl {

std::optional<size_t> LineOfStrayByte(std::string_view toml) {
  size_t line = 1;
  bool comment = false;
  bool blank = true;
  for (char c : toml) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      ++line;
      comment = false;
      blank = true;
      continue;
    }
    bool control = (byte < 0x20 && c != '\t' && c != '\r') || byte == 0x7f;
    if (control || (byte > 0x7f && !comment)) return line;
    if (blank && c == '#') comment = true;
    if (c != ' ' && c != '\t') blank = false;
  }
  return std::nullopt;
}

}  // namespace nsl
