// SPDX-License-Identifier: Apache-2.0
#include "manifest_file.h"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
// Some of its assertions hold for good input alone; without them the parser itself says what is
// wrong.
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "base/json.h"
#include "base/toml_text.h"
#include "function_runner/limits.h"
#include "function_runner/manifest.h"
#include "profile.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;
namespace fr = function_runner;

constexpr size_t kManifestBytes = 256 << 10;
constexpr std::array<std::string_view, 6> kKeys = {"name",   "runtime", "entry",
                                                   "access", "limits",  "env"};
constexpr std::array<std::string_view, 4> kLimitKeys = {"wall_ms", "cpu_ms", "memory_mb",
                                                        "concurrency"};
// Keys of the author's contract that this release refuses instead of ignoring.
constexpr std::array<std::string_view, 6> kLater = {"secrets",  "hosts", "triggers",
                                                    "policies", "mode",  "concurrency"};

std::string Where(const std::string& path, const toml::node& node) {
  return path + ":" + std::to_string(node.source().begin.line) + ": ";
}

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  CliResult<fr::Manifest> Read(const toml::table& root) {
    NSL_TRY_VOID(CheckKeys(root, kKeys, ""));
    fr::Manifest out;
    NSL_TRY(out.name, Text(root, "name", ""));
    NSL_TRY(out.runtime, Text(root, "runtime", "javascript"));
    NSL_TRY(out.entry, Text(root, "entry", "index.js"));
    NSL_TRY(out.access, Text(root, "access", "members"));
    if (out.name.empty()) return Usage(path_ + ": the key 'name' is missing");
    NSL_TRY_VOID(Limits(root, out.limits));
    NSL_TRY_VOID(Env(root, out.env));
    return out;
  }

 private:
  template <class Keys>
  CliStatus CheckKeys(const toml::table& table, const Keys& known, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      std::string_view name = key.str();
      if (std::ranges::find(known, name) != known.end()) continue;
      // The key itself has a place of its own in later versions of the parser only.
      std::string line = Where(path_, node);
      if (prefix.empty() && std::ranges::find(kLater, name) != kLater.end()) {
        return Usage(line + "'" + std::string(name) + "' is not in this release; remove it");
      }
      std::string_view near = NearestName(name, known);
      std::string hint =
          near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?";
      return Usage(line + "unknown key '" + prefix + std::string(name) + "'" + hint);
    }
    return {};
  }

  CliResult<std::string> Text(const toml::table& table, const char* key, const char* standard) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::string(standard);
    auto text = node->value_exact<std::string>();
    if (!text) return Usage(Where(path_, *node) + "'" + key + "' must be a string");
    return *text;
  }

  CliStatus Limits(const toml::table& root, fr::FunctionLimits& out) {
    const toml::node* node = root.get("limits");
    if (node == nullptr) return {};
    const toml::table* table = node->as_table();
    if (table == nullptr) return Usage(Where(path_, *node) + "'limits' must be a table");
    NSL_TRY_VOID(CheckKeys(*table, kLimitKeys, "limits."));
    NSL_TRY_VOID(Number(*table, "wall_ms", fr::kWallLimit, out.wall_ms));
    NSL_TRY_VOID(Number(*table, "cpu_ms", fr::kCpuLimit, out.cpu_ms));
    NSL_TRY_VOID(Number(*table, "memory_mb", fr::kMemoryLimit, out.memory_mb));
    return Number(*table, "concurrency", fr::kConcurrencyLimit, out.concurrency);
  }

  CliStatus Number(const toml::table& table, const char* key, const fr::Limit& limit,
                   uint32_t& out) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    auto value = node->value_exact<int64_t>();
    if (value && *value >= static_cast<int64_t>(limit.minimum) &&
        *value <= static_cast<int64_t>(limit.maximum)) {
      out = static_cast<uint32_t>(*value);
      return {};
    }
    return Usage(Where(path_, *node) + "'limits." + key + "' is a whole number from " +
                 std::to_string(limit.minimum) + " to " + std::to_string(limit.maximum) + " " +
                 std::string(limit.unit));
  }

  CliStatus Env(const toml::table& root, std::map<std::string, std::string>& out) {
    const toml::node* node = root.get("env");
    if (node == nullptr) return {};
    const toml::table* table = node->as_table();
    if (table == nullptr) return Usage(Where(path_, *node) + "'env' must be a table");
    for (const auto& [key, value] : *table) {
      auto text = value.value_exact<std::string>();
      if (!text) {
        return Usage(Where(path_, value) + "'env." + std::string(key.str()) + "' must be a string");
      }
      out.emplace(key.str(), *text);
    }
    return {};
  }

  std::string path_;
};

bool Ignored(const fs::path& relative) {
  std::string name = relative.filename().string();
  return name.starts_with('.') || name == "node_modules" || relative == "nsl.toml" ||
         name.ends_with(".md");
}

CliStatus Collect(const std::string& folder, FunctionFolder& out) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    fs::path relative = entry->path().lexically_relative(folder);
    if (Ignored(relative)) {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_symlink(error)) {
      return Usage(entry->path().string() + " is a symbolic link; put the file itself there");
    }
    if (!entry->is_regular_file(error)) continue;
    NSL_TRY(auto content, ReadFileLimited(entry->path().string(), fr::kBundlePackedLimit.maximum));
    out.bytes += content.size();
    if (out.bytes > fr::kBundlePackedLimit.maximum ||
        out.files.size() == fr::kBundleFilesLimit.maximum) {
      return Usage(folder + " is larger than a bundle may be: at most " +
                   std::to_string(fr::kBundleFilesLimit.maximum) + " files and " +
                   std::to_string(fr::kBundlePackedLimit.maximum) + " bytes" +
                   " (node_modules, Markdown and names that begin with a dot do not count)");
    }
    out.files.push_back({relative.generic_string(), ToBytes(std::string_view(content))});
  }
  if (error) return Usage("cannot read " + folder + ": " + error.message());
  std::ranges::sort(out.files, {}, &fr::SourceFile::path);
  return {};
}

}  // namespace

CliResult<fr::Manifest> ParseManifest(std::string_view text, const std::string& path) {
  if (std::optional<size_t> line = LineOfStrayByte(text)) {
    return Usage(
        path + ":" + std::to_string(*line) +
        ": a control character, or a letter outside ASCII; quoted text writes it as \\u00FC");
  }
  toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    return Usage(path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                 std::string(parsed.error().description()));
  }
  return Reader(path).Read(parsed.table());
}

CliResult<FunctionFolder> ReadFunctionFolder(const std::string& folder) {
  std::string path = (fs::path(folder) / "nsl.toml").string();
  std::error_code error;
  if (!fs::exists(path, error)) {
    return Usage(path + " does not exist; make a function with `nsl init FOLDER`");
  }
  NSL_TRY(auto text, ReadFileLimited(path, kManifestBytes));
  FunctionFolder out;
  NSL_TRY(out.manifest, ParseManifest(text, path));
  NSL_TRY_VOID(Collect(folder, out));
  if (Status good = fr::CheckManifest(out.manifest, out.files); !good) {
    CliError refused(std::move(good.error()));
    refused.reason = "cli.usage";
    refused.detail = path + ": " + refused.detail;
    return std::unexpected(std::move(refused));
  }
  return out;
}

std::string CodeHashText(const FunctionFolder& folder) {
  return "0x" + ToHex(fr::CodeHash(folder.manifest, folder.files));
}

}  // namespace nsl::cli
