// SPDX-License-Identifier: Apache-2.0
//
// A look at a TOML text before the parser gets it.
//
// toml++ 3.3 runs into undefined behaviour on control characters and on letters outside ASCII where
// a key, a number or white space stands, and only a parser could tell where that is. So both are
// kept away from it; quoted text writes such a letter as \u00FC. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace nsl {

// The line (from 1) of the first byte above 0x7f outside of lines that are comments, or of the
// first control character (tab and line ends are none); nothing when all is well.
std::optional<size_t> LineOfStrayByte(std::string_view toml);

}  // namespace nsl
