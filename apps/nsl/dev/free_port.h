// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../cli_error.h"

namespace nsl::cli {

// The wanted loopback port when nobody listens on it, any free one for 0. cli.port names the
// option that chooses another.
CliResult<uint16_t> FreePort(uint16_t wanted, const std::string& option);

}  // namespace nsl::cli
