// SPDX-License-Identifier: Apache-2.0
// The prefix of the command line: what sources share, and the parser of arguments.
#pragma once

#include <CLI/CLI.hpp>

#include "prefix.h"
