// SPDX-License-Identifier: Apache-2.0
#include "neo/assembly_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace nsl::neo {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool IsLabelChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.';
}

}  // namespace

Result<AssemblyWords> SplitAssemblyLine(std::string_view line) {
  AssemblyWords words;
  for (size_t i = 0; i < line.size();) {
    if (IsSpace(line[i])) {
      ++i;
      continue;
    }
    if (line[i] == ';') break;
    size_t start = i;
    if (line[i] == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i) {
        if (line[i] == '\\') ++i;
      }
      if (i >= line.size()) return Fail(Reason::kChainInvalid, "the text has no closing quote");
      ++i;
    } else {
      while (i < line.size() && !IsSpace(line[i]) && line[i] != ';' && line[i] != '"') ++i;
    }
    words.push_back(line.substr(start, i - start));
  }
  return words;
}

Result<Bytes> AssemblyData(std::string_view word) {
  if (!word.starts_with('"')) {
    std::optional<Bytes> out;
    if (word.starts_with("0x")) out = FromHex(word.substr(2));
    if (!out) {
      return Fail(Reason::kChainInvalid,
                  fmt::format("'{}' is neither 0x with hexadecimal digits nor \"text\"",
                              word.substr(0, 64)));
    }
    return *std::move(out);
  }
  Bytes out;
  for (size_t i = 1; i + 1 < word.size(); ++i) {
    char c = word[i];
    if (c == '\\') {
      c = word[++i];
      if (c == 'n') {
        c = '\n';
      } else if (c == 't') {
        c = '\t';
      } else if (c != '"' && c != '\\') {
        return Fail(Reason::kChainInvalid,
                    fmt::format("\\{} is no escape; there are \\\" \\\\ \\n \\t", c));
      }
    }
    out.push_back(static_cast<uint8_t>(c));
  }
  return out;
}

bool IsAssemblyLabel(std::string_view text) { return std::ranges::all_of(text, IsLabelChar); }

}  // namespace nsl::neo
