// SPDX-License-Identifier: Apache-2.0
//
// The one text of every refused credential (requirements §1d), whichever process refuses it: what
// was wrong with one, or who noticed, is nobody's to learn.
#pragma once

#include "base/result.h"

namespace nsl::rpc {

inline std::unexpected<Error> InvalidCredential() {
  return Fail(Reason::kAuthInvalid, "the credential is missing or not valid");
}

}  // namespace nsl::rpc
