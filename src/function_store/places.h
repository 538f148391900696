// SPDX-License-Identifier: Apache-2.0
//
// FunctionPlaces: where a function stands, for the gateway alone. It asks nobody's rights: the
// gateway checks them before it tells a caller anything of the answer. One thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"

namespace nsl::function_store {

struct FunctionPlace {
  std::string project_id;
  // Some version stands behind an alias.
  bool deployed = false;
};

struct FunctionPlaces {
  virtual ~FunctionPlaces() = default;
  // Nothing for a function that does not exist.
  virtual Task<Result<std::optional<FunctionPlace>>> Locate(std::string function) = 0;
};

}  // namespace nsl::function_store
