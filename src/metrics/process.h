// SPDX-License-Identifier: Apache-2.0
//
// The standard metrics of a Linux process, read from /proc when the text is rendered. Thread-safe.
#pragma once

#include "metrics/registry.h"

namespace nsl::metrics {

struct ProcessFigures {
  double cpu_seconds = 0;
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  double start_time_seconds = 0;
};

ProcessFigures ReadProcessFigures();
// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds and their like.
void AddProcessMetrics(Registry& registry);

}  // namespace nsl::metrics
