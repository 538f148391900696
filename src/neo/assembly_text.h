// SPDX-License-Identifier: Apache-2.0
//
// The words of one line of assembly text. Errors are chain.invalid and know no line; the assembler
// adds it. Pure; thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

using AssemblyWords = std::vector<std::string_view>;

// Words between spaces, quoted text as one word with its quotes; a remark is left out.
Result<AssemblyWords> SplitAssemblyLine(std::string_view line);
// 0x and hexadecimal digits, or quoted text.
Result<Bytes> AssemblyData(std::string_view word);
bool IsAssemblyLabel(std::string_view text);

}  // namespace nsl::neo
