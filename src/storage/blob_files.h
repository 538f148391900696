// SPDX-License-Identifier: Apache-2.0
//
// Files of the blob folder. Blocking, so they run in a BlockingPool. A name is the hash in
// hexadecimal, a dash and a random part: no two puts ever share a file, so removing one cannot take
// away another's. Names from a row are checked before they touch the file system.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace nsl::storage {

std::string NewBlobName(const Hash256& hash, Random& random);
// The hash in a well-formed name, else nothing.
std::optional<Hash256> HashOfBlobName(const std::string& name);

// Returns only after file and folder are on the disk; a failure leaves no file.
Status WriteBlobFile(const std::string& folder, const std::string& name, ByteView data);
// not_found when there is none; platform.integrity when the size differs.
Result<Bytes> ReadBlobFile(const std::string& folder, const std::string& name, size_t size);
// True when it existed.
bool RemoveBlobFile(const std::string& folder, const std::string& name);
// Up to `limit` well-formed names of files last changed before the time.
std::vector<std::string> BlobFilesBefore(const std::string& folder, UnixMillis before_ms,
                                         size_t limit);

}  // namespace nsl::storage
