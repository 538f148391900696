// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/usage.h"

namespace nsl::function_runner {

UsageRow& UsageMeter::Row(std::string_view project_id, std::string_view function_id) {
  auto [it, fresh] = rows_.try_emplace({std::string(project_id), std::string(function_id)});
  if (fresh) {
    it->second.project_id = project_id;
    it->second.function_id = function_id;
  }
  return it->second;
}

void UsageMeter::Add(UsageRow& row, const ReceiptLeaf& leaf) {
  row.runs += 1;
  row.failed += leaf.reason.empty() ? 0 : 1;
  row.cpu_us += leaf.cpu_us;
  row.wall_us += leaf.wall_us;
  row.input_bytes += leaf.input_bytes;
  row.output_bytes += leaf.output_bytes;
  row.host_calls += leaf.host_calls;
}

std::vector<UsageRow> UsageMeter::Snapshot() const {
  std::vector<UsageRow> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, row] : rows_) rows.push_back(row);
  return rows;
}

}  // namespace nsl::function_runner
