// SPDX-License-Identifier: Apache-2.0
//
// UsageTracker: what each function used, exactly, over restarts of the runner.
//
// A runner counts since its boot. The tracker keeps the counters of each boot as they grow (never
// adding one boot twice) and, beside them, what the answers of this connection said; per figure the
// larger one holds, since both only ever miss some. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "function_runner/api.h"
#include "function_runner/invoke_wire.h"
#include "orchestrator/text_map.h"
#include "storage/api.h"

namespace nsl::orchestrator {

class UsageTracker {
 public:
  // Functions whose answers are counted between two snapshots; later ones are counted by the runner
  // alone.
  static constexpr size_t kMaxFunctions = 100'000;
  // Lives of the runner between two snapshots; the oldest go, as when the database is away for
  // long.
  static constexpr size_t kMaxLives = 16;

  explicit UsageTracker(storage::Database& database) : database_(database) {}

  // One answered run. Cheap: on the path of every call.
  void Observe(std::string_view project_id, std::string_view function_id,
               const function_runner::RunUsage& usage, bool failed);
  // A new connection to a runner, maybe to another life of it.
  void OnConnected();
  // Counters of the runner; stores what grew.
  Task<Status> Store(function_runner::UsageReply reply);
  // Stores what the answers said, when there is no runner to ask.
  Task<Status> StoreObserved();
  // What to store beside a kept run: the counters of its function that came with its receipt. Then
  // a receipt is never durable without being counted, whoever dies afterwards. They also tell which
  // life of the runner this connection speaks to.
  Result<storage::Statement> CountersOf(ByteView usage_counters, std::string_view project_id,
                                        std::string_view function_id);
  // Sums over all lives.
  Task<Result<std::vector<function_runner::UsageRow>>> Sum(std::string project_id);

 private:
  using Rows = std::map<std::pair<std::string, std::string>, function_runner::UsageRow>;
  struct Life {
    std::optional<Bytes> boot_id;
    TextMap<function_runner::UsageRow> observed;
    // What the database has.
    Rows stored;
  };

  // Those before that are over; those that are still this life become part of current_.
  Task<Status> Settle(Bytes boot_id);
  Task<Status> Persist(Bytes boot_id, Rows rows);
  static void Raise(Rows& rows, const function_runner::UsageRow& row);

  storage::Database& database_;
  Life current_;
  // The connections before, oldest first, until the next snapshot tells whether the runner is still
  // the same. More than one when a receipt told the life before a snapshot did.
  std::vector<Life> previous_;
};

}  // namespace nsl::orchestrator
