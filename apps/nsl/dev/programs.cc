// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

fs::path OwnFolder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

// The file in this program's folder or in one beside it.
std::string Beside(const std::string& name) {
  std::error_code error;
  fs::path own = OwnFolder();
  if (fs::is_regular_file(own / name, error)) return (own / name).string();
  for (const auto& folder : fs::directory_iterator(own.parent_path(), error)) {
    fs::path file = folder.path() / name;
    if (fs::is_regular_file(file, error)) return file.string();
  }
  return {};
}

// The file below .cache/tools of the tree that holds this program, or of the current folder.
std::string InTools(const std::string& name) {
  std::error_code error;
  for (fs::path start : {OwnFolder(), fs::current_path(error)}) {
    for (fs::path at = start; !at.empty(); at = at.parent_path()) {
      fs::path file = at / ".cache/tools" / name;
      if (fs::is_regular_file(file, error)) return file.string();
      if (at == at.root_path()) break;
    }
  }
  return {};
}

std::string InPath(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    size_t colon = rest.find(':');
    std::string file = rest.substr(0, colon) + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return {};
}

std::string FromEnvironment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

Program Own(const std::string& name) {
  return {name, Beside(name), "build it: ./x setup, then ./x dev"};
}

Program Tool(const std::string& name, const char* variable, const std::string& cached, bool path) {
  Program out{name, FromEnvironment(variable),
              "run ./x setup, or name a binary with " + std::string(variable)};
  if (out.path.empty()) out.path = InTools(cached);
  if (out.path.empty() && path) out.path = InPath(name);
  if (!out.path.empty() && access(out.path.c_str(), X_OK) != 0) out.path.clear();
  return out;
}

}  // namespace

Programs FindPrograms() {
  // The worker is made for one version of the engine, so a node of PATH does not do.
  return {.host = Own("nsl-host"),
          .vault = Own("nsl-vault-dev"),
          .runner = Own("nsl-runner-dev"),
          .worker_js = Own("nsl-worker-js.so"),
          .node = Tool("node", "NSL_NODE", "node-v8/bin/node", false),
          .neo_go = Tool("neo-go", "NSL_NEO_GO", "neo-go/neo-go", true)};
}

CliStatus RequireAll(const Programs& programs) {
  for (const Program* program : programs.All()) {
    if (!program->path.empty()) continue;
    return FailWith("cli.missing_tool", program->name + " was not found; " + program->advice);
  }
  return {};
}

bool ReachableByOthers(const std::string& path) {
  std::error_code error;
  fs::path file = fs::canonical(path, error);
  if (error) return false;
  struct stat info{};
  if (stat(file.c_str(), &info) != 0 || (info.st_mode & S_IROTH) == 0) return false;
  for (fs::path at = file.parent_path();; at = at.parent_path()) {
    if (stat(at.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0) return false;
    if (at == at.root_path()) return true;
  }
}

}  // namespace nsl::cli
