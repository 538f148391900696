// SPDX-License-Identifier: Apache-2.0
//
// What the verbs of `nsl neo` read: hexadecimal, base64, a file, or - for stdin.
//
// A file that exists wins over a text that could also be digits. A file of one text alone is read
// as that text, anything else as the bytes it is. 0x means hexadecimal; digits that are both
// hexadecimal and base64 are hexadecimal. No network.
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"
#include "cli_error.h"

namespace nsl::cli {

inline constexpr size_t kNeoInputBytes = size_t{8} << 20;

// cli.usage says what is wrong and at which character; never empty.
CliResult<Bytes> ReadNeoInput(const std::string& input);
// A text as it is, or that of a file or of stdin; without the space around it.
CliResult<std::string> ReadNeoText(const std::string& input, size_t limit);
// Every byte of a file or of stdin.
CliResult<std::string> ReadNeoContent(const std::string& input, size_t limit);
// The text forms alone. `what` is the subject of an error.
CliResult<Bytes> NeoBytesFromText(std::string_view text, const std::string& what);

inline constexpr uint32_t kMainNet = 860833102;
inline constexpr uint32_t kTestNet = 894710606;
inline constexpr const char* kNetworkHelp = "mainnet, testnet or the network's number";
CliResult<uint32_t> ReadNetwork(const std::string& text);
// Hexadecimal or base64.
CliResult<std::array<uint8_t, 64>> ReadSignature(const std::string& text);

// A fault of the room as wrong input: exit 2.
template <class T>
CliResult<T> AsInput(Result<T> result) {
  if (!result) return Usage(std::move(result.error().detail));
  return *std::move(result);
}

}  // namespace nsl::cli
