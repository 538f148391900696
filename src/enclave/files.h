// SPDX-License-Identifier: Apache-2.0
//
// Small files of the enclave programs: settings and, for development, module files. Bounded reads,
// atomic writes. Errors name the file: platform.config.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::enclave {

Result<Bytes> ReadWholeFile(const std::string& path, size_t max_bytes);
// Writes beside the file, syncs, and renames over it.
Status WriteWholeFile(const std::string& path, ByteView content, unsigned mode);
bool FileExists(const std::string& path);

}  // namespace nsl::enclave
