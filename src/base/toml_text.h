// SPDX-License-Identifier: Apache-2.0
//
// A look at a TOML text before the parser gets it.
//
// toml++ 3.3 runs into undefined behaviour on control characters and on letters outside ASCII where
// a key, a number or white space stands. TOML 1.0 allows the letters only inside quoted text and
// comments and the control characters nowhere, so whoever parses TOML here asks this first. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace nsl {

// The line (from 1) of the first byte above 0x7f outside of quoted text and comments, or of the
// first control character (tab and line ends are none); nothing when all is well.
std::optional<size_t> LineOfStrayByte(std::string_view toml);

}  // namespace nsl
