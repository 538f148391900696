// SPDX-License-Identifier: Apache-2.0
//
// E-mail addresses as account names.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::account {

// Lower case, without blanks around it. request.invalid (/email) unless it is local@domain in
// printable ASCII with at most 254 characters; quoted local parts are not accepted.
Result<std::string> NormaliseEmail(std::string_view email);

}  // namespace nsl::account
