// SPDX-License-Identifier: Apache-2.0
// Attestation documents: no input crashes, none verifies against a root that signed nothing.
#include <cstdlib>

#include "enclave/attestation_document.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nsl;
  ByteView input(data, size);
  auto payload = enclave::ParseDocumentPayload(input);
  if (payload && (payload->pcrs.empty() || payload->cabundle.empty())) std::abort();
  enclave::AttestationPolicy policy;
  policy.root_der = Bytes(1, 0);
  policy.archived = true;
  if (enclave::VerifyDocument(input, policy)) std::abort();
  return 0;
}
