// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli.h"

namespace nsl::cli {

// From nothing to a verified receipt in a folder of its own; leaves nothing running. `keep`: the
// system runs on until a signal comes.
CliStatus RunDemo(Cli& cli, bool keep);

}  // namespace nsl::cli
