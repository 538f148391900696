// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as COSE_Sign1, as a certificate and as a token: refused or parsed, never a crash, and
// the parsed parts lie inside the input.
#include "crypto/cose.h"
#include "crypto/jwt.h"
#include "crypto/x509.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nsl::ByteView in(data, size);
  if (auto message = nsl::crypto::ParseCose(in)) {
    NSL_CHECK(message->payload.data() >= data);
    NSL_CHECK(message->payload.data() + message->payload.size() <= data + size);
    size_t length = message->signature.size();
    NSL_CHECK(length == 64 || length == 96);
  }
  if (auto certificate = nsl::crypto::Certificate::FromDer(in)) {
    (void)certificate->CommonName();
    (void)certificate->P384Key();
    (void)certificate->is_ca();
  }
  (void)nsl::crypto::JwtKeyId(nsl::AsText(in));
  (void)nsl::crypto::P256PublicKey::FromSpki(in);
  return 0;
}
