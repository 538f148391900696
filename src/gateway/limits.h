// SPDX-License-Identifier: Apache-2.0
//
// Limits of the gateway: default, range and reason in one table that the configuration reads and
// GET /v1/limits prints (requirements §1 (c)).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace nsl::gateway {

struct GatewayLimits {
  uint64_t read_rate = 100;
  uint64_t read_burst = 300;
  uint64_t write_rate = 100;
  uint64_t write_burst = 300;
  uint64_t invoke_rate = 100;
  uint64_t invoke_burst = 300;
  uint64_t anonymous_rate = 10;
  uint64_t anonymous_burst = 30;
  uint64_t unverified_rate = 100;
  uint64_t unverified_burst = 300;
  uint64_t login_per_minute = 100;
  uint64_t requests_at_once = 2'000;
};

struct LimitRow {
  // Also the key in [limits] of the configuration.
  std::string_view name;
  uint64_t GatewayLimits::* member;
  uint64_t minimum;
  uint64_t maximum;
  std::string_view unit;
  std::string_view reason;
};

inline constexpr uint64_t kMostRate = 10'000'000;

inline constexpr std::array kGatewayLimits = {
    LimitRow{"read_rate", &GatewayLimits::read_rate, 1, kMostRate, "requests/s",
             "reads of one project; storage is shared"},
    LimitRow{"read_burst", &GatewayLimits::read_burst, 1, kMostRate, "requests",
             "reads of one project in a moment"},
    LimitRow{"write_rate", &GatewayLimits::write_rate, 1, kMostRate, "requests/s",
             "changes of one project; each waits for the disk"},
    LimitRow{"write_burst", &GatewayLimits::write_burst, 1, kMostRate, "requests",
             "changes of one project in a moment"},
    LimitRow{"invoke_rate", &GatewayLimits::invoke_rate, 1, kMostRate, "calls/s",
             "calls of one project; workers share the machine"},
    LimitRow{"invoke_burst", &GatewayLimits::invoke_burst, 1, kMostRate, "calls",
             "calls of one project in a moment"},
    LimitRow{"anonymous_rate", &GatewayLimits::anonymous_rate, 1, kMostRate, "requests/s",
             "requests without a credential from one address"},
    LimitRow{"anonymous_burst", &GatewayLimits::anonymous_burst, 1, kMostRate, "requests",
             "requests without a credential from one address in a moment"},
    LimitRow{"unverified_rate", &GatewayLimits::unverified_rate, 1, kMostRate, "requests/s",
             "credentials from one address that the vault must be asked about"},
    LimitRow{"unverified_burst", &GatewayLimits::unverified_burst, 1, kMostRate, "requests",
             "credentials from one address that the vault must be asked about, in a moment"},
    LimitRow{"login_per_minute", &GatewayLimits::login_per_minute, 1, kMostRate, "requests/min",
             "registrations and logins from one address; each costs a password hash"},
    LimitRow{"requests_at_once", &GatewayLimits::requests_at_once, 1, 100'000, "requests",
             "requests beside invokes that wait for storage, vault or runner"},
};

}  // namespace nsl::gateway
