// SPDX-License-Identifier: Apache-2.0
//
// Reads one TOML table strictly: each key is taken once, what is left over is unknown. The first
// fault is kept, with its line. Wraps toml++ so that its header is compiled in one file alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl::host {

class ConfigReader {
 public:
  // platform.config with line and column when the text is no TOML.
  static Result<ConfigReader> Parse(std::string_view text, const std::string& name);
  ConfigReader(ConfigReader&&) noexcept;
  ~ConfigReader();

  // Absent keys leave `out` as it is.
  void Text(std::string_view key, std::string& out);
  void Integer(std::string_view key, uint64_t minimum, uint64_t maximum, uint64_t& out);
  void Texts(std::string_view key, size_t most, std::vector<std::string>& out);
  bool Has(std::string_view key) const;
  // A table of its own; an absent one is empty.
  ConfigReader Table(std::string_view key);
  // Refuses the key with a message of the caller's.
  void Refuse(std::string_view key, const std::string& what);
  // The first fault of this reader and its tables, then unknown keys.
  Status Finish();

 private:
  struct State;
  explicit ConfigReader(std::shared_ptr<State> state) : state_(std::move(state)) {}
  // shared_ptr: the tables of one file share its text and its first fault.
  std::shared_ptr<State> state_;
};

}  // namespace nsl::host
