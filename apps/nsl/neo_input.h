// SPDX-License-Identifier: Apache-2.0
//
// What the verbs of `nsl neo` read: hexadecimal, base64 or a file.
//
// A file that exists wins over a text that could also be digits. A file of one text alone is read
// as that text, anything else as the bytes it is. 0x means hexadecimal; digits that are both
// hexadecimal and base64 are hexadecimal. No network.
#pragma once

#include <string>

#include "base/bytes.h"
#include "cli_error.h"

namespace nsl::cli {

inline constexpr size_t kNeoInputBytes = size_t{8} << 20;

// cli.usage says what is wrong and at which character; never empty.
CliResult<Bytes> ReadNeoInput(const std::string& input);
// The text forms alone. `what` is the subject of an error.
CliResult<Bytes> NeoBytesFromText(std::string_view text, const std::string& what);

// A fault of the room as wrong input: exit 2.
template <class T>
CliResult<T> AsInput(Result<T> result) {
  if (!result) return Usage(std::move(result.error().detail));
  return *std::move(result);
}

}  // namespace nsl::cli
