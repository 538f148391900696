// SPDX-License-Identifier: Apache-2.0
//
// Any text as the host's configuration: accepted with every limit in its range, or refused with the
// file's name in front.
#include "base/result.h"
#include "config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto config = nsl::host::ParseConfig(text, "host.toml");
  if (!config) {
    NSL_CHECK(config.error().detail.starts_with("host.toml"));
    return 0;
  }
  for (const auto& row : nsl::host::kHostLimits) {
    uint64_t value = config->limits.*row.member;
    NSL_CHECK(row.minimum <= value && value <= row.maximum);
  }
  for (const auto& row : nsl::gateway::kGatewayLimits) {
    uint64_t value = config->gateway_limits.*row.member;
    NSL_CHECK(row.minimum <= value && value <= row.maximum);
  }
  return 0;
}
