// SPDX-License-Identifier: Apache-2.0
//
// Every limit of the function runner: default, ceiling and reason, in one table that the runner
// enforces, the function store checks and `nsl limits` prints (requirements §8 (c)).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace nsl::function_runner {

struct Limit {
  std::string_view name;
  uint64_t standard;
  uint64_t minimum;
  uint64_t maximum;
  std::string_view unit;
  std::string_view reason;
};

inline constexpr Limit kWallLimit{
    "run.wall", 60'000, 10, 900'000, "ms", "a caller waits; longer work belongs to a trigger"};
inline constexpr Limit kCpuLimit{
    "run.cpu", 10'000, 10, 300'000, "ms", "one run must not hold a core that others share"};
inline constexpr Limit kMemoryLimit{
    "run.memory", 128, 64, 1'024, "MiB", "engine and function together, per worker process"};
inline constexpr Limit kConcurrencyLimit{"run.concurrency_per_worker",
                                         32,
                                         1,
                                         100,
                                         "calls",
                                         "calls that one worker process holds at a time"};
inline constexpr Limit kProjectRunsLimit{"project.runs_at_once",
                                         25,
                                         1,
                                         1'000,
                                         "runs",
                                         "worker processes and waiting calls of one project"};
inline constexpr Limit kInputLimit{"run.input", 256 << 10, 1,
                                   1 << 20,     "bytes",   "carried through three processes"};
inline constexpr Limit kResultLimit{"run.result", 256 << 10, 1,
                                    1 << 20,      "bytes",   "carried through three processes"};
inline constexpr Limit kChainReadsLimit{
    "run.chain_reads", 200, 0, 1'000, "calls", "nodes are shared by all projects"};
inline constexpr Limit kTransactionsLimit{
    "run.transactions", 10, 0, 100, "calls", "each is simulated, judged and signed in the vault"};
inline constexpr Limit kHostCallsLimit{
    "run.host_calls", 1'000, 0, 10'000, "calls", "key-value and chain calls of one run together"};
inline constexpr Limit kLogLinesLimit{
    "run.log_lines", 10'000, 0, 10'000, "lines", "later lines are counted and dropped"};
inline constexpr Limit kLogBytesLimit{
    "run.log_bytes", 1 << 20, 0, 1 << 20, "bytes", "later lines are counted and dropped"};
inline constexpr Limit kLogLineLimit{"run.log_line", 10 << 10, 0,
                                     10 << 10,       "bytes",  "a longer line is cut"};
inline constexpr Limit kBundlePackedLimit{"function.bundle_packed", 10 << 20, 1, 10 << 20, "bytes",
                                          "built in memory"};
inline constexpr Limit kBundleOpenLimit{"function.bundle_open", 50 << 20, 1, 50 << 20, "bytes",
                                        "built in memory"};
inline constexpr Limit kBundleFilesLimit{
    "function.files", 200, 1, 200, "files", "a bundle is one program, not a folder tree"};

inline constexpr std::array kLimits = {
    kWallLimit,         kCpuLimit,          kMemoryLimit,     kConcurrencyLimit,
    kProjectRunsLimit,  kInputLimit,        kResultLimit,     kChainReadsLimit,
    kTransactionsLimit, kHostCallsLimit,    kLogLinesLimit,   kLogBytesLimit,
    kLogLineLimit,      kBundlePackedLimit, kBundleOpenLimit, kBundleFilesLimit};

}  // namespace nsl::function_runner
