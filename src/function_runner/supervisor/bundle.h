// SPDX-License-Identifier: Apache-2.0
//
// The artefact of a JavaScript version: its files and environment as deterministic CBOR, named in
// the grant by hash; and the frame that turns a blank into a worker of it.
#pragma once

#include "function_runner/api.h"
#include "function_runner/supervisor/admission.h"

namespace nsl::function_runner {

Bytes EncodeBundle(const Manifest& manifest, const std::vector<SourceFile>& files);
// Body of the Specialise frame; platform.integrity for bytes that are no bundle.
Result<Bytes> SpecialiseFor(ByteView bundle, const GrantedVersion& version);

}  // namespace nsl::function_runner
