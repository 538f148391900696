// SPDX-License-Identifier: Apache-2.0
//
// Small texts and maps by text that cost no allocation to look up. One thread.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace nsl::orchestrator {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
// References to its values hold until they are erased.
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// At most 63 bytes; longer text is cut. Ids and request ids fit.
class FixedText {
 public:
  void Set(std::string_view text) {
    size_ = static_cast<unsigned char>(text.size() < sizeof text_ ? text.size() : sizeof text_);
    if (size_ > 0) std::memcpy(text_, text.data(), size_);
  }
  std::string_view view() const { return {text_, size_}; }

 private:
  char text_[63];
  unsigned char size_ = 0;
};

}  // namespace nsl::orchestrator
