// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/usage.h"

#include <algorithm>

#include "base/codec.h"

namespace nsl::orchestrator {
namespace {

using function_runner::UsageRow;
using storage::Statement;

constexpr size_t kRowsPerWrite = 1'000;

constexpr uint64_t UsageRow::* kFigures[] = {
    &UsageRow::runs,        &UsageRow::failed,       &UsageRow::cpu_us,    &UsageRow::wall_us,
    &UsageRow::input_bytes, &UsageRow::output_bytes, &UsageRow::host_calls};

void AddRow(UsageRow& to, const UsageRow& from) {
  for (auto figure : kFigures) to.*figure += from.*figure;
}

bool Same(const UsageRow& a, const UsageRow& b) {
  return std::all_of(std::begin(kFigures), std::end(kFigures),
                     [&](auto figure) { return a.*figure == b.*figure; });
}

// Counters only grow: an old value that comes late must not lower what is stored.
Statement Upsert(const UsageRow& row, const Bytes& boot_id) {
  static const std::string kSql = [] {
    std::string sql =
        "INSERT INTO usage_counters (project, function_id, boot_id, runs, failed, cpu_us, wall_us, "
        "input_bytes, output_bytes, host_calls) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (project, function_id, boot_id) DO UPDATE SET ";
    bool first = true;
    for (std::string name :
         {"runs", "failed", "cpu_us", "wall_us", "input_bytes", "output_bytes", "host_calls"}) {
      if (!first) sql += ", ";
      first = false;
      sql += name + " = CASE WHEN excluded." + name + " > usage_counters." + name +
             " THEN excluded." + name + " ELSE usage_counters." + name + " END";
    }
    return sql;
  }();
  std::vector<storage::Value> params = {row.project_id, row.function_id, boot_id};
  for (auto figure : kFigures) params.emplace_back(static_cast<int64_t>(row.*figure));
  return Statement(kSql, std::move(params));
}

}  // namespace

void UsageTracker::Observe(std::string_view project_id, std::string_view function_id,
                           const function_runner::RunUsage& usage, bool failed) {
  auto it = current_.observed.find(function_id);
  if (it == current_.observed.end()) {
    if (current_.observed.size() >= kMaxFunctions) return;
    it = current_.observed.emplace(std::string(function_id), UsageRow{}).first;
    it->second.project_id = project_id;
    it->second.function_id = function_id;
  }
  UsageRow& row = it->second;
  row.runs += 1;
  row.failed += failed ? 1 : 0;
  row.cpu_us += usage.cpu_us;
  row.wall_us += usage.wall_us;
  row.input_bytes += usage.input_bytes;
  row.output_bytes += usage.output_bytes;
  row.host_calls += usage.host_calls;
}

void UsageTracker::OnConnected() {
  // Two losses before anything told the life: still the question of one.
  bool same =
      !previous_.empty() && (!current_.boot_id || current_.boot_id == previous_.back().boot_id);
  if (same) {
    for (auto& [id, row] : current_.observed) {
      auto [it, fresh] = previous_.back().observed.try_emplace(id, row);
      if (!fresh) AddRow(it->second, row);
    }
  } else {
    if (previous_.size() >= kMaxLives) previous_.erase(previous_.begin());
    previous_.push_back(std::move(current_));
  }
  current_ = Life{};
}

void UsageTracker::Raise(Rows& rows, const UsageRow& row) {
  UsageRow& to = rows[{row.project_id, row.function_id}];
  to.project_id = row.project_id;
  to.function_id = row.function_id;
  for (auto figure : kFigures) to.*figure = std::max(to.*figure, row.*figure);
}

Task<Status> UsageTracker::Persist(Bytes boot_id, Rows rows) {
  std::vector<Statement> statements;
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    statements.push_back(Upsert(it->second, boot_id));
    if (statements.size() < kRowsPerWrite && std::next(it) != rows.end()) continue;
    Result<storage::WriteResult> written = co_await database_.Write(std::exchange(statements, {}));
    if (!written) co_return std::unexpected(std::move(written.error()));
  }
  co_return Status();
}

Task<Status> UsageTracker::Settle(Bytes boot_id) {
  while (!previous_.empty()) {
    Life before = std::move(previous_.front());
    previous_.erase(previous_.begin());
    if (!before.boot_id || *before.boot_id == boot_id) {
      // The same life over another connection.
      for (auto& [id, row] : before.observed) {
        auto [it, fresh] = current_.observed.try_emplace(id, row);
        if (!fresh) AddRow(it->second, row);
      }
      if (before.boot_id) current_.stored = std::move(before.stored);
      continue;
    }
    Rows last;
    for (auto& [id, row] : before.observed) Raise(last, row);
    Bytes ended = *before.boot_id;
    Status kept = co_await Persist(std::move(ended), std::move(last));
    if (kept) continue;
    // Not lost: the next round tries again.
    previous_.insert(previous_.begin(), std::move(before));
    co_return kept;
  }
  co_return Status();
}

Task<Status> UsageTracker::Store(function_runner::UsageReply reply) {
  Status settled = co_await Settle(reply.boot_id);
  if (!settled) co_return settled;
  current_.boot_id = reply.boot_id;
  Rows now;
  for (const UsageRow& row : reply.rows) Raise(now, row);
  for (const auto& [id, row] : current_.observed) Raise(now, row);
  Rows grown;
  for (const auto& [key, row] : now) {
    auto it = current_.stored.find(key);
    if (it == current_.stored.end() || !Same(it->second, row)) grown.emplace(key, row);
  }
  Status kept = co_await Persist(reply.boot_id, std::move(grown));
  if (kept && current_.boot_id == reply.boot_id) current_.stored = std::move(now);
  co_return kept;
}

Task<Status> UsageTracker::StoreObserved() {
  std::vector<std::pair<Bytes, Rows>> lives;
  auto add = [&](const Life& life) {
    if (!life.boot_id) return;
    Rows rows;
    for (const auto& [id, row] : life.observed) Raise(rows, row);
    lives.emplace_back(*life.boot_id, std::move(rows));
  };
  for (const Life& life : previous_) add(life);
  add(current_);
  for (auto& [boot_id, rows] : lives) {
    Status kept = co_await Persist(std::move(boot_id), std::move(rows));
    if (!kept) co_return kept;
  }
  co_return Status();
}

Result<Statement> UsageTracker::CountersOf(ByteView usage_counters, std::string_view project_id,
                                           std::string_view function_id) {
  NSL_TRY(auto counters, FromCbor<function_runner::UsageReply>(usage_counters));
  if (counters.rows.size() != 1 || counters.rows[0].project_id != project_id ||
      counters.rows[0].function_id != function_id) {
    return Fail(Reason::kPlatformIntegrity, "the runner's counters are of another function");
  }
  // Else what was observed here might be added under the next life too.
  if (!current_.boot_id) current_.boot_id = counters.boot_id;
  return Upsert(counters.rows[0], counters.boot_id);
}

Task<Result<std::vector<UsageRow>>> UsageTracker::Sum(std::string project_id) {
  Statement statement(
      "SELECT function_id, SUM(runs), SUM(failed), SUM(cpu_us), SUM(wall_us), SUM(input_bytes), "
      "SUM(output_bytes), SUM(host_calls) FROM usage_counters WHERE project = ? "
      "GROUP BY function_id ORDER BY function_id",
      {project_id});
  Result<storage::Rows> rows = co_await database_.Read(std::move(statement));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  std::vector<UsageRow> out;
  for (size_t i = 0; i < rows->size(); ++i) {
    UsageRow row;
    row.project_id = project_id;
    row.function_id = (*rows)[i].Text(0);
    for (size_t k = 0; k < std::size(kFigures); ++k) {
      row.*kFigures[k] = static_cast<uint64_t>((*rows)[i].Int(k + 1));
    }
    out.push_back(std::move(row));
  }
  co_return out;
}

}  // namespace nsl::orchestrator
