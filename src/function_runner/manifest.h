// SPDX-License-Identifier: Apache-2.0
//
// The rules of a deploy, in one place: the function store answers them to the author, the runner
// applies them again because it trusts nobody. Pure.
#pragma once

#include <string_view>

#include "function_runner/api.h"

namespace nsl::function_runner {

// request.invalid with a JSON pointer into the deploy request for each field that is refused.
Status CheckManifest(const Manifest& manifest, const std::vector<SourceFile>& files);

// Relative, no empty, "." or ".." part, no backslash and no control character.
bool IsSafePath(std::string_view path);

}  // namespace nsl::function_runner
