// SPDX-License-Identifier: Apache-2.0
//
// What native code in a worker would try. Each attempt returns 0 when it got what it wanted, else
// the errno of the refusal; many never return, because the filter ends the process.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nsl::probe {

// Things outside the cage, prepared by the test so that each attempt can succeed unconfined.
struct Targets {
  // A listening TCP port on 127.0.0.1.
  uint16_t port = 0;
  // A process of root outside.
  int32_t victim = 0;
  // A System V shared memory segment.
  int32_t segment = 0;
  // Its node name, cut.
  char machine[32] = {};
  // A program of root with the set-user-id bit that exits with 0 when it runs as root.
  char setuid_program[96] = {};
};

struct Attempt {
  std::string_view name;
  int (*run)(const Targets&);
};

std::span<const Attempt> Attempts();

}  // namespace nsl::probe
