// SPDX-License-Identifier: Apache-2.0
#include "templates.h"

#include <filesystem>

#include "base/json.h"
#include "profile.h"
#include "template_files.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

std::string WithName(std::string_view manifest, const std::string& name) {
  std::string text(manifest);
  if (name.empty()) return text;
  size_t at = text.find("name = \"");
  size_t end = at == std::string::npos ? at : text.find('"', at + 8);
  if (end == std::string::npos) return text;
  return text.replace(at + 8, end - at - 8, name);
}

}  // namespace

const std::vector<std::string>& TemplateNames() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> out;
    for (const TemplateFile& file : kTemplateFiles) {
      if (out.empty() || out.back() != file.folder) out.emplace_back(file.folder);
    }
    return out;
  }();
  return kNames;
}

CliResult<std::vector<std::string>> WriteTemplate(const std::string& name,
                                                  const std::string& folder,
                                                  const std::string& function_name) {
  std::vector<std::pair<std::string, std::string>> files;
  std::error_code error;
  for (const TemplateFile& file : kTemplateFiles) {
    if (file.folder != name) continue;
    std::string path = (fs::path(folder) / file.path).lexically_normal().string();
    if (fs::exists(path, error)) {
      return FailWith("cli.file", path + " exists; nothing was written. Choose an empty folder");
    }
    bool manifest = file.path == "nsl.toml";
    files.emplace_back(
        path, manifest ? WithName(file.content, function_name) : std::string(file.content));
  }
  if (files.empty()) {
    std::string_view near = NearestName(name, TemplateNames());
    std::string known;
    for (const auto& each : TemplateNames()) known += " " + each;
    return Usage("no template is named '" + name + "'" +
                 (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?") +
                 "; there are:" + known);
  }
  fs::create_directories(folder, error);
  if (error) return FailWith("cli.file", "cannot make " + folder + ": " + error.message());
  std::vector<std::string> written;
  for (const auto& [path, content] : files) {
    NSL_TRY_VOID(WriteFileAtomic(path, content, 0644));
    written.push_back(path);
  }
  return written;
}

}  // namespace nsl::cli
