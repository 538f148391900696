// SPDX-License-Identifier: Apache-2.0
#include "config_reader.h"

#include <algorithm>

#define TOML_EXCEPTIONS 0
// Some of its assertions hold for good input alone; without them the parser itself says what is
// wrong.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include "base/json.h"
#include "base/toml_text.h"

namespace nsl::host {
namespace {

struct File {
  std::string name;
  toml::table root;
  std::optional<Error> fault;

  void Refuse(const toml::source_region& where, const std::string& what) {
    if (fault) return;
    fault =
        Error(Reason::kPlatformConfig, name + ":" + std::to_string(where.begin.line) + ": " + what);
  }
};

}  // namespace

struct ConfigReader::State {
  std::shared_ptr<File> file;
  const toml::table* table = nullptr;
  // "limits." for the keys of a table.
  std::string prefix;
  std::vector<std::string> known;
  std::vector<std::shared_ptr<State>> children;

  const toml::node* Take(std::string_view key) {
    known.emplace_back(key);
    return table == nullptr ? nullptr : table->get(key);
  }
  std::string Name(std::string_view key) const { return "'" + prefix + std::string(key) + "'"; }

  void CheckUnknown() {
    if (table == nullptr) return;
    for (const auto& [key, node] : *table) {
      std::string name(key.str());
      bool found = std::find(known.begin(), known.end(), name) != known.end();
      if (found) continue;
      std::string what = "unknown key " + Name(name);
      std::vector<std::string_view> names(known.begin(), known.end());
      if (std::string_view nearest = NearestName(name, names); !nearest.empty()) {
        what += "; the nearest known key is " + Name(nearest);
      }
      file->Refuse(key.source(), what);
    }
    for (const auto& child : children) child->CheckUnknown();
  }
};

Result<ConfigReader> ConfigReader::Parse(std::string_view text, const std::string& name) {
  if (std::optional<size_t> line = LineOfStrayByte(text)) {
    return Fail(
        Reason::kPlatformConfig,
        name + ":" + std::to_string(*line) +
            ": a control character, or a letter outside ASCII; quoted text writes it as \\u00FC");
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Fail(Reason::kPlatformConfig, name + ":" + std::to_string(error.source().begin.line) +
                                             ": " + std::string(error.description()));
  }
  auto file = std::make_shared<File>();
  file->name = name;
  file->root = std::move(parsed).table();
  auto state = std::make_shared<State>();
  state->file = file;
  state->table = &file->root;
  return ConfigReader(std::move(state));
}

ConfigReader::ConfigReader(ConfigReader&&) noexcept = default;
ConfigReader::~ConfigReader() = default;

bool ConfigReader::Has(std::string_view key) const {
  return state_->table != nullptr && state_->table->contains(key);
}

void ConfigReader::Text(std::string_view key, std::string& out) {
  const toml::node* node = state_->Take(key);
  if (node == nullptr) return;
  std::optional<std::string> value = node->value_exact<std::string>();
  if (!value || value->empty() || value->size() > 4096) {
    return state_->file->Refuse(node->source(),
                                state_->Name(key) + " is text of 1 to 4,096 characters");
  }
  out = std::move(*value);
}

void ConfigReader::Integer(std::string_view key, uint64_t minimum, uint64_t maximum,
                           uint64_t& out) {
  const toml::node* node = state_->Take(key);
  if (node == nullptr) return;
  std::optional<int64_t> value = node->value_exact<int64_t>();
  bool good = value && *value >= 0 && static_cast<uint64_t>(*value) >= minimum &&
              static_cast<uint64_t>(*value) <= maximum;
  if (!good) {
    return state_->file->Refuse(node->source(), state_->Name(key) + " is an integer from " +
                                                    std::to_string(minimum) + " to " +
                                                    std::to_string(maximum));
  }
  out = static_cast<uint64_t>(*value);
}

void ConfigReader::Texts(std::string_view key, size_t most, std::vector<std::string>& out) {
  const toml::node* node = state_->Take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  std::vector<std::string> values;
  bool good = array != nullptr && array->size() <= most;
  for (size_t i = 0; good && i < array->size(); ++i) {
    std::optional<std::string> value = array->get(i)->value_exact<std::string>();
    good = value && !value->empty() && value->size() <= 4096;
    if (good) values.push_back(std::move(*value));
  }
  if (!good) {
    return state_->file->Refuse(node->source(), state_->Name(key) + " is an array of at most " +
                                                    std::to_string(most) + " texts");
  }
  out = std::move(values);
}

ConfigReader ConfigReader::Table(std::string_view key) {
  const toml::node* node = state_->Take(key);
  auto child = std::make_shared<State>();
  child->file = state_->file;
  child->prefix = state_->prefix + std::string(key) + ".";
  if (node != nullptr) {
    child->table = node->as_table();
    if (child->table == nullptr) {
      state_->file->Refuse(node->source(), state_->Name(key) + " is a table");
    }
  }
  state_->children.push_back(child);
  return ConfigReader(std::move(child));
}

void ConfigReader::Refuse(std::string_view key, const std::string& what) {
  const toml::node* node = state_->table == nullptr ? nullptr : state_->table->get(key);
  toml::source_region start;
  start.begin.line = 1;
  state_->file->Refuse(node != nullptr ? node->source() : start, state_->Name(key) + " " + what);
}

Status ConfigReader::Finish() {
  state_->CheckUnknown();
  if (state_->file->fault) return Fail(*state_->file->fault);
  return {};
}

}  // namespace nsl::host
