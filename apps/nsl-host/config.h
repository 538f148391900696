// SPDX-License-Identifier: Apache-2.0
//
// Configuration of nsl-host: one TOML file. An unknown key is an error with its line and the
// nearest known key; every limit has a default, a range and a reason. Pure but for reading the
// file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/limits.h"

namespace nsl::host {

struct ListenAddress {
  std::string address = "127.0.0.1";
  // 0: any free port.
  uint16_t port = 0;
};

struct HostLimits {
  uint64_t in_flight = 9'000;
  uint64_t in_flight_per_project = 1'000;
  uint64_t connections = 20'000;
  uint64_t kept_runs_per_project = 100'000;
  uint64_t kept_runs_days = 30;
  uint64_t kv_project_bytes = uint64_t{1} << 30;
  uint64_t relay_connections = 8;
};

struct HostLimitRow {
  std::string_view name;
  uint64_t HostLimits::* member;
  uint64_t minimum;
  uint64_t maximum;
  std::string_view unit;
  std::string_view reason;
};

inline constexpr std::array kHostLimits = {
    HostLimitRow{"in_flight", &HostLimits::in_flight, 1, 9'500, "calls",
                 "calls that one connection to the runner carries"},
    HostLimitRow{"in_flight_per_project", &HostLimits::in_flight_per_project, 1, 9'500, "calls",
                 "calls of one project that run or wait; others need room too"},
    HostLimitRow{"connections", &HostLimits::connections, 1, 50'000, "connections",
                 "each client connection holds buffers and a descriptor"},
    HostLimitRow{"kept_runs_per_project", &HostLimits::kept_runs_per_project, 1, 10'000'000, "runs",
                 "older kept runs of the project are removed"},
    HostLimitRow{"kept_runs_days", &HostLimits::kept_runs_days, 1, 3'650, "days",
                 "kept runs, their logs and receipts"},
    HostLimitRow{"kv_project_bytes", &HostLimits::kv_project_bytes, 1 << 20, uint64_t{1} << 40,
                 "bytes", "key-value data of one project"},
    HostLimitRow{"relay_connections", &HostLimits::relay_connections, 1, 64, "connections",
                 "connections of the runner to the vault that are relayed"},
};

struct ChainConfig {
  std::string network = "private";
  uint32_t magic = 42;
  std::vector<std::string> nodes;
};

struct HostConfig {
  ListenAddress listen{"127.0.0.1", 8080};
  ListenAddress metrics_listen{"127.0.0.1", 9090};
  std::string data_dir;
  std::string vault_socket;
  std::string runner_socket;
  std::string relay_socket;
  // Users that vault and runner run as; absent: the owner of their socket file.
  std::optional<uint32_t> vault_uid;
  std::optional<uint32_t> runner_uid;
  ChainConfig chain;
  gateway::GatewayLimits gateway_limits;
  HostLimits limits;
};

// platform.config with file, line and what is wrong.
Result<HostConfig> ReadConfig(const std::string& path);
Result<HostConfig> ParseConfig(std::string_view text, const std::string& name);

// "127.0.0.1:8080" or "[::1]:0".
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace nsl::host
