// SPDX-License-Identifier: Apache-2.0
//
// CredentialHashes: SHA-256 of the credentials that call again and again, so that a warm call does
// not hash its credential anew.
//
// A direct-mapped table of 64 places in the enclave's memory; a credential is compared in constant
// time, because its place may hold that of a stranger. One thread.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/hash.h"

namespace nsl::function_runner {

class CredentialHashes {
 public:
  const Hash256& HashOf(std::string_view credential) {
    Place& place = places_[std::hash<std::string_view>{}(credential) % places_.size()];
    if (!place.used || !ConstantTimeEqual(AsBytes(place.text), AsBytes(credential))) {
      place.used = true;
      place.text.assign(credential);
      place.hash = crypto::Sha256(AsBytes(credential));
    }
    return place.hash;
  }

 private:
  struct Place {
    bool used = false;
    std::string text;
    Hash256 hash{};
  };
  std::array<Place, 64> places_;
};

}  // namespace nsl::function_runner
