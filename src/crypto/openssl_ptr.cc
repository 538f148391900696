// SPDX-License-Identifier: Apache-2.0
#include "crypto/openssl_ptr.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace nsl::crypto {

void OpensslFree::operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
void OpensslFree::operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
void OpensslFree::operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
void OpensslFree::operator()(X509* p) const { X509_free(p); }

}  // namespace nsl::crypto
