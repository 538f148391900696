// SPDX-License-Identifier: Apache-2.0
#include "profile.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/codec.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kProfileBytes = 1 << 20;

std::string EnvText(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string Errno(std::string_view what, const std::string& path) {
  return std::string(what) + " " + path + ": " + std::strerror(errno);
}

CliStatus MakePrivateFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(fs::path(folder).parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailWith("cli.file", Errno("cannot make", folder));
  }
  return {};
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

std::string ProfileFolder() {
  if (auto home = EnvText("NSL_HOME"); !home.empty()) return home;
  if (auto xdg = EnvText("XDG_CONFIG_HOME"); !xdg.empty()) return xdg + "/nsl";
  std::string home = EnvText("HOME");
  return (home.empty() ? std::string("/root") : home) + "/.config/nsl";
}

std::string ProfilePath() { return ProfileFolder() + "/config.json"; }

CliResult<std::string> ReadFileLimited(const std::string& path, size_t limit) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  if (!in || fs::is_directory(path, error)) {
    return FailWith("cli.file", "cannot read " + path + ": " +
                                    (error ? error.message() : std::string("no such file")));
  }
  std::string content;
  char buffer[65536];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    content.append(buffer, static_cast<size_t>(in.gcount()));
    if (content.size() > limit) {
      return FailWith("cli.file",
                      path + " is larger than the limit of " + std::to_string(limit) + " bytes");
    }
  }
  return content;
}

CliStatus WriteFileAtomic(const std::string& path, std::string_view content, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return FailWith("cli.file", Errno("cannot write", path));
  bool ok = fchmod(fd, mode) == 0 && WriteAll(fd, content) && fsync(fd) == 0;
  ok = close(fd) == 0 && ok && rename(temporary.c_str(), path.c_str()) == 0;
  if (!ok) {
    auto failure = FailWith("cli.file", Errno("cannot write", path));
    unlink(temporary.c_str());
    return failure;
  }
  return {};
}

CliResult<Profile> LoadProfile() {
  std::string path = ProfilePath();
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Profile{};
    return FailWith("cli.config", Errno("cannot read", path));
  }
  if ((info.st_mode & 077) != 0) {
    return FailWith("cli.config",
                    path + " holds tokens and can be read by others; run: chmod 600 " + path);
  }
  NSL_TRY(auto text, ReadFileLimited(path, kProfileBytes));
  auto profile = FromJson<Profile>(text);
  if (!profile) {
    std::string why = profile.error().detail;
    for (const auto& field : profile.error().fields)
      why += "; " + field.pointer + " " + field.detail;
    return FailWith("cli.config", path + " is not a profile (" + why +
                                      "); delete it and run `nsl dev` or `nsl config set api URL`");
  }
  return *std::move(profile);
}

CliStatus SaveProfile(const Profile& profile) {
  NSL_TRY_VOID(MakePrivateFolder(ProfileFolder()));
  return WriteFileAtomic(ProfilePath(), ToJson(profile) + "\n", 0600);
}

void ForgetLogin(Profile& profile) {
  profile.access_token.clear();
  profile.refresh_token.clear();
  profile.access_expires_ms = 0;
  profile.account_id.clear();
  profile.email.clear();
  profile.project.clear();
  profile.session_key.clear();
  profile.session_key_id.clear();
  profile.audience.clear();
  profile.magic = 0;
}

CliResult<ProfileLock> ProfileLock::Take() {
  NSL_TRY_VOID(MakePrivateFolder(ProfileFolder()));
  std::string path = ProfilePath() + ".lock";
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FailWith("cli.file", Errno("cannot open", path));
  while (flock(fd, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    close(fd);
    return FailWith("cli.file", Errno("cannot lock", path));
  }
  return ProfileLock(fd);
}

ProfileLock::ProfileLock(ProfileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

ProfileLock::~ProfileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace nsl::cli
