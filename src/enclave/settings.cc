// SPDX-License-Identifier: Apache-2.0
#include "enclave/settings.h"

#include "base/codec.h"
#include "crypto/hash.h"
#include "enclave/files.h"

namespace nsl::enclave {
namespace {

constexpr size_t kMaxSettingsBytes = 64u << 10;

}  // namespace

Result<TrustedSettings> ReadSettings(const std::string& path) {
  NSL_TRY(Bytes content, ReadWholeFile(path, kMaxSettingsBytes));
  auto settings = FromCbor<TrustedSettings>(content);
  if (!settings) {
    std::string what = settings.error().detail;
    for (const FieldError& f : settings.error().fields) what += " " + f.pointer + ": " + f.detail;
    return Fail(Reason::kPlatformConfig, "settings " + path + ": " + what);
  }
  if (settings->environment.empty() || settings->environment.size() > 64 ||
      settings->network.empty() || settings->network.size() > 64) {
    return Fail(Reason::kPlatformConfig,
                "settings " + path + ": environment and network have 1 to 64 characters");
  }
  // What is hashed is what was read: a field this program does not know must not pass unseen.
  if (ToCbor(*settings) != content) {
    return Fail(Reason::kPlatformConfig,
                "settings " + path + ": written by another release; make the file again");
  }
  return settings;
}

Status WriteSettings(const std::string& path, const TrustedSettings& settings) {
  return WriteWholeFile(path, ToCbor(settings), 0640);
}

Hash256 SettingsHash(const TrustedSettings& settings) { return crypto::Sha256(ToCbor(settings)); }

}  // namespace nsl::enclave
