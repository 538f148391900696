// SPDX-License-Identifier: Apache-2.0
//
// Owners of OpenSSL objects, without its headers.
#pragma once

#include <openssl/types.h>

#include <memory>

namespace nsl::crypto {

struct OpensslFree {
  void operator()(EVP_PKEY* p) const;
  void operator()(EVP_MD_CTX* p) const;
  void operator()(EVP_CIPHER_CTX* p) const;
  void operator()(X509* p) const;
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree>;
using X509Ptr = std::unique_ptr<X509, OpensslFree>;

}  // namespace nsl::crypto
