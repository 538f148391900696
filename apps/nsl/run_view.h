// SPDX-License-Identifier: Apache-2.0
//
// Runs and log lines as people read them.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "terminal.h"

namespace nsl::cli {

// The lines of GET /v1/runs/{id}/logs, then message and stack of a run that failed.
void PrintLogs(Terminal& term, const boost::json::value& logs);
// "succeeded in 1.2 ms, cpu 0.8 ms, 12.1 MB, in 14 B, out 30 B, 2 calls"
std::string UsageLine(const boost::json::value& run);

}  // namespace nsl::cli
