// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli.h"

namespace nsl::cli {

// Programs, tools, kernel features, ports and disk, each with what to do about it. Exit 1 when an
// essential piece is missing.
CliStatus RunDoctor(Cli& cli);

}  // namespace nsl::cli
