// SPDX-License-Identifier: Apache-2.0
#include "neo/header_verifier.h"

#include <string>

#include "neo/signing.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

std::unexpected<Error> Wrong(const BlockHeader& header, const std::string& what) {
  return Fail(Reason::kChainInvalid, "header " + std::to_string(header.index) + ": " + what);
}

Status CheckLink(const BlockHeader& previous, const BlockHeader& header) {
  if (header.index != uint64_t{previous.index} + 1) {
    return Wrong(header, "it does not follow " + std::to_string(previous.index));
  }
  Uint256 hash = BlockHash(previous);
  if (header.previous != hash) {
    return Wrong(header, "its predecessor is " + ToText(header.previous) + ", not " + ToText(hash));
  }
  if (header.timestamp_ms <= previous.timestamp_ms) {
    return Wrong(header, "its timestamp is not after that of its predecessor");
  }
  return {};
}

Status CheckValidators(const BlockHeader& header) {
  auto script = ParseVerificationScript(header.witness.verification);
  if (!script) return Wrong(header, "witness: " + script.error().detail);
  size_t keys = script->keys.size();
  if (script->threshold != BftThreshold(keys)) {
    return Wrong(header, "witness: the script asks for " + std::to_string(script->signatures()) +
                             " of " + std::to_string(keys) + " signatures, blocks are signed by " +
                             std::to_string(BftThreshold(keys)));
  }
  if (header.primary < keys) return {};
  return Wrong(header, "primary " + std::to_string(header.primary) + " is none of " +
                           std::to_string(keys) + " validators");
}

}  // namespace

Status VerifyHeader(const BlockHeader& previous, const BlockHeader& header, uint32_t magic) {
  NSL_TRY_VOID(CheckLink(previous, header));
  NSL_TRY_VOID(CheckValidators(header));
  Status status =
      VerifyWitness(header.witness, previous.next_consensus, magic, BlockHash(header).bytes);
  if (!status) return Wrong(header, "witness: " + status.error().detail);
  return {};
}

}  // namespace nsl::neo
