// SPDX-License-Identifier: Apache-2.0
//
// What every part is handed first: time, randomness, log and metrics. Borrowed; they outlive the
// parts. A test gives fakes, main gives the real ones.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"

namespace nsl {

struct Env {
  Clock& clock;
  Random& random;
  Log& log;
  Metrics& metrics;
};

}  // namespace nsl
