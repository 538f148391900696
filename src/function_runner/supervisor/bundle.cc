// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/bundle.h"

#include "base/codec.h"
#include "function_runner/limits.h"
#include "function_runner/sandbox/worker_link.h"

namespace nsl::function_runner {
namespace {

struct Bundle {
  std::map<std::string, std::string> env;
  std::vector<SourceFile> files;
};
BOOST_DESCRIBE_STRUCT(Bundle, (), (env, files))

}  // namespace

Bytes EncodeBundle(const Manifest& manifest, const std::vector<SourceFile>& files) {
  return ToCbor(Bundle{manifest.env, files});
}

Result<Bytes> SpecialiseFor(ByteView bundle, const GrantedVersion& version) {
  Result<Bundle> open = FromCbor<Bundle>(bundle);
  if (!open) return Fail(Reason::kPlatformIntegrity, "the artefact is not a bundle");
  sandbox::SpecialiseInfo info;
  std::string code_hash = "0x" + ToHex(version.record.code_hash);
  info.function_id = version.record.function_id;
  info.version_id = version.version_id;
  info.code_hash = code_hash;
  info.project_id = version.record.project_id;
  info.entry = version.record.entry;
  info.memory_mb = version.record.memory_mb;
  info.max_result_bytes = static_cast<uint32_t>(kResultLimit.standard);
  info.max_log_lines = static_cast<uint32_t>(kLogLinesLimit.standard);
  info.max_log_bytes = static_cast<uint32_t>(kLogBytesLimit.standard);
  info.max_log_line = static_cast<uint32_t>(kLogLineLimit.standard);
  for (const auto& [name, value] : open->env) info.env.emplace_back(name, value);
  for (const SourceFile& file : open->files) info.files.emplace_back(file.path, file.content);
  return sandbox::SpecialiseBody(info);
}

}  // namespace nsl::function_runner
