// SPDX-License-Identifier: Apache-2.0
//
// Usage per (project, function): what receipts say, added up.
//
// Guarantee: the counters are exactly the sums over the receipt leaves of this runner's life; they
// are changed in the same place that writes the leaf. One thread.
#pragma once

#include <map>
#include <string>

#include "function_runner/api.h"
#include "function_runner/receipt.h"

namespace nsl::function_runner {

class UsageMeter {
 public:
  // The row of a function, stable for the life of the meter: pools keep the reference.
  UsageRow& Row(std::string_view project_id, std::string_view function_id);
  static void Add(UsageRow& row, const ReceiptLeaf& leaf);
  std::vector<UsageRow> Snapshot() const;

 private:
  std::map<std::pair<std::string, std::string>, UsageRow> rows_;
};

}  // namespace nsl::function_runner
