// SPDX-License-Identifier: Apache-2.0
// What a deploy may say, checked by the function store for the author and by the runner for itself.
#include "function_runner/manifest.h"

#include <set>

#include "function_runner/api.h"
#include "function_runner/limits.h"

namespace nsl::function_runner {
namespace {

constexpr size_t kMaxPath = 255;
constexpr size_t kMaxEnv = 64;
constexpr size_t kMaxEnvValue = 5 << 10;

void Range(Error& error, const char* pointer, uint64_t value, const Limit& limit) {
  if (value >= limit.minimum && value <= limit.maximum) return;
  error.fields.push_back({pointer, std::string(limit.name) + " is " +
                                       std::to_string(limit.minimum) + " to " +
                                       std::to_string(limit.maximum) + " " +
                                       std::string(limit.unit) + ", not " + std::to_string(value)});
}

bool IsName(std::string_view name) {
  if (name.size() < 3 || name.size() > 100) return false;
  for (char c : name) {
    bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!good) return false;
  }
  return name.front() != '-' && name.back() != '-';
}

bool IsEnvName(std::string_view name) {
  if (name.empty() || name.size() > 64 || (name[0] >= '0' && name[0] <= '9')) return false;
  for (char c : name) {
    bool good =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!good) return false;
  }
  return true;
}

void CheckFiles(const Manifest& manifest, const std::vector<SourceFile>& files, Error& error) {
  if (files.empty() || files.size() > kBundleFilesLimit.maximum) {
    error.fields.push_back({"/files", "a bundle has 1 to " +
                                          std::to_string(kBundleFilesLimit.maximum) +
                                          " files, not " + std::to_string(files.size())});
  }
  std::set<std::string_view> seen;
  uint64_t total = 0;
  for (size_t i = 0; i < files.size() && error.fields.size() < 16; ++i) {
    std::string pointer = "/files/" + std::to_string(i) + "/path";
    total += files[i].content.size();
    if (!IsSafePath(files[i].path)) {
      error.fields.push_back({pointer,
                              "a path is relative, at most 255 characters, with no empty, "
                              ". or .. part, backslash or control character"});
    } else if (!seen.insert(files[i].path).second) {
      error.fields.push_back({pointer, "the path '" + files[i].path + "' occurs twice"});
    }
  }
  if (total > kBundlePackedLimit.maximum) {
    error.fields.push_back({"/files", "the files have " + std::to_string(total) +
                                          " bytes together; the limit is " +
                                          std::to_string(kBundlePackedLimit.maximum)});
  }
  if (!seen.contains(manifest.entry)) {
    error.fields.push_back({"/manifest/entry", "no file has the path '" + manifest.entry + "'"});
  }
}

}  // namespace

bool IsSafePath(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || path.front() == '/') return false;
  size_t start = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') {
      unsigned char c = static_cast<unsigned char>(path[i]);
      if (c < 0x20 || c == 0x7f || c == '\\') return false;
      continue;
    }
    std::string_view part = path.substr(start, i - start);
    if (part.empty() || part == "." || part == "..") return false;
    start = i + 1;
  }
  return true;
}

Status CheckManifest(const Manifest& manifest, const std::vector<SourceFile>& files) {
  Error error(Reason::kRequestInvalid, "the deploy cannot be accepted");
  if (!IsName(manifest.name)) {
    error.fields.push_back({"/manifest/name",
                            "a name has 3 to 100 characters of a-z, 0-9 and -, none of them - at "
                            "either end"});
  }
  if (manifest.runtime != "javascript") {
    error.fields.push_back({"/manifest/runtime", "this release runs \"javascript\"; '" +
                                                     manifest.runtime + "' is not supported"});
  }
  if (manifest.access != "members" && manifest.access != "public") {
    error.fields.push_back({"/manifest/access", "access is \"members\" or \"public\""});
  }
  Range(error, "/manifest/limits/wallMs", manifest.limits.wall_ms, kWallLimit);
  Range(error, "/manifest/limits/cpuMs", manifest.limits.cpu_ms, kCpuLimit);
  Range(error, "/manifest/limits/memoryMb", manifest.limits.memory_mb, kMemoryLimit);
  Range(error, "/manifest/limits/concurrency", manifest.limits.concurrency, kConcurrencyLimit);
  if (manifest.env.size() > kMaxEnv) {
    error.fields.push_back({"/manifest/env", "at most 64 variables"});
  }
  for (const auto& [name, value] : manifest.env) {
    if (error.fields.size() >= 16) break;
    if (!IsEnvName(name) || value.size() > kMaxEnvValue) {
      error.fields.push_back({"/manifest/env/" + name,
                              "a variable is named by letters, digits and _, and its value has at "
                              "most 5 KiB"});
    }
  }
  CheckFiles(manifest, files, error);
  if (error.fields.empty()) return {};
  return Fail(std::move(error));
}

}  // namespace nsl::function_runner
