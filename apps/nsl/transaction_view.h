// SPDX-License-Identifier: Apache-2.0
//
// Transactions as people follow them: each state with its time, until the last one.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "cli.h"

namespace nsl::cli {

// Prints each state as it comes (with --json one document per line: state, at, transaction) until
// the transaction has ended; the exit code is that of the end. Goes on while the system does not
// answer, for `patience`. Its last state; cli.exit is that of the transaction.
CliResult<std::string> FollowTransaction(Cli& cli, boost::json::value transaction);
// One transaction with all that is known of it.
void PrintTransaction(Terminal& term, const boost::json::value& transaction);
// "confirmed(HALT)", "expired", …
std::string StateText(const boost::json::value& transaction);
// Of a transaction that has ended: kOk for one that did what was asked.
Exit ExitOfTransaction(const boost::json::value& transaction);

}  // namespace nsl::cli
