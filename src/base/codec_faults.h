// SPDX-License-Identifier: Apache-2.0
//
// Where a decoder stands in the document, and what it has refused so far. Part of codec.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl::codec {

// A chain on the stack; text is made only when something is refused.
struct Path {
  const Path* up = nullptr;
  // A member or map key; elements of arrays have an index instead.
  std::string_view name;
  size_t index = SIZE_MAX;

  Path() = default;
  Path(const Path* parent, std::string_view key) : up(parent), name(key) {}
  Path(const Path* parent, size_t i) : up(parent), index(i) {}
  // RFC 6901; empty for the document itself.
  std::string Pointer() const;
};

class Faults {
 public:
  static constexpr size_t kMax = 16;

  void Add(const Path& path, std::string detail);
  // "must be <what>".
  void MustBe(const Path& path, std::string_view what);
  void OutOfRange(const Path& path, const std::string& least, const std::string& most);
  void Missing(const Path& parent, std::string_view name);
  void Unknown(const Path& parent, std::string_view name, std::string_view nearest);
  bool any() const { return !fields_.empty(); }
  bool full() const { return fields_.size() >= kMax; }
  // request.invalid with the fields.
  Error ToError() &&;

 private:
  std::vector<FieldError> fields_;
};

}  // namespace nsl::codec
