// SPDX-License-Identifier: Apache-2.0
#include "base/toml_text.h"

namespace nsl {

// A text that is not closed ends with its line, unless three quotes opened it.
std::optional<size_t> LineOfStrayByte(std::string_view toml) {
  size_t line = 1;
  char quote = 0;
  bool many_lines = false;
  bool comment = false;
  for (size_t i = 0; i < toml.size(); ++i) {
    char c = toml[i];
    if (c == '\n') {
      ++line;
      comment = false;
      if (!many_lines) quote = 0;
      continue;
    }
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f) return line;
    if (comment) continue;
    if (quote == 0) {
      if (static_cast<unsigned char>(c) > 0x7f) return line;
      if (c == '#') comment = true;
      if (c != '"' && c != '\'') continue;
      quote = c;
      many_lines = toml.substr(i, 3) == std::string_view("\"\"\"") ||
                   toml.substr(i, 3) == std::string_view("'''");
      if (many_lines) i += 2;
      continue;
    }
    if (c == '\\' && quote == '"') {
      ++i;
      continue;
    }
    if (c != quote) continue;
    if (!many_lines) {
      quote = 0;
    } else if (i + 2 < toml.size() && toml[i + 1] == quote && toml[i + 2] == quote) {
      i += 2;
      quote = 0;
      many_lines = false;
    }
  }
  return std::nullopt;
}

}  // namespace nsl
