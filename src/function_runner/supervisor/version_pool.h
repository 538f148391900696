// SPDX-License-Identifier: Apache-2.0
//
// The workers of one granted version and the calls that wait for one. Plain data of the dispatcher.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "function_runner/supervisor/admission.h"
#include "function_runner/supervisor/run.h"
#include "function_runner/supervisor/worker.h"

namespace nsl::function_runner {

class VersionPool {
 public:
  VersionPool(std::shared_ptr<const GrantedVersion> v, UsageRow& row)
      : version(std::move(v)), usage(row) {}

  // The ready worker with most room, or null.
  Worker* WithRoom();
  size_t starting() const;

  std::shared_ptr<const GrantedVersion> version;
  UsageRow& usage;
  std::vector<std::unique_ptr<Worker>> workers;
  std::deque<RunKey> waiting;
  // The Specialise body: code and limits; empty until the artefact was fetched and checked.
  Bytes specialise;
  bool loading = false;
  MonoTime last_used;
};

}  // namespace nsl::function_runner
