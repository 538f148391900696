// SPDX-License-Identifier: Apache-2.0
//
// X.509 certificates: read, issue, and verify a chain up to one pinned root (RFC 5280).
//
// Verification knows no default trust store and no file: the one root is given, the time is given,
// OpenSSL's default flags apply (its strict flag refuses genuine attestation chains). Certificates
// are immutable: const members are thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/ecdsa.h"

namespace nsl::crypto {

class Certificate {
 public:
  // Exactly one certificate in DER; attest.chain otherwise.
  static Result<Certificate> FromDer(ByteView der);

  const Bytes& der() const { return der_; }
  // SubjectPublicKeyInfo.
  Bytes SpkiDer() const;
  Result<P384PublicKey> P384Key() const { return P384PublicKey::FromSpki(SpkiDer()); }
  Result<P256PublicKey> P256Key() const { return P256PublicKey::FromSpki(SpkiDer()); }
  std::string CommonName() const;
  bool is_ca() const;
  // Seconds since the epoch.
  int64_t not_before() const;
  int64_t not_after() const;
  X509* x509() const { return x509_.get(); }

 private:
  Certificate(X509Ptr x509, Bytes der) : x509_(std::move(x509)), der_(std::move(der)) {}

  X509Ptr x509_;
  Bytes der_;
};

// What a new certificate says. Serial: 16 random bytes.
struct CertificateSpec {
  std::string common_name;
  std::string organization;
  std::string organizational_unit;
  int64_t not_before = 0;
  int64_t not_after = 0;
  // For a server's certificate: extended key usage and subject alternative names.
  std::vector<std::string> dns_names;
  // For a CA: how many CAs may follow below it; -1 for no limit.
  int path_length = -1;
};

// Self-signed CA, ecdsa-with-SHA384.
Result<Bytes> MakeRootCertificate(const P384PrivateKey& key, const CertificateSpec& spec,
                                  Random& random);
// Below `issuer_der`, whose key is `issuer_key`; the subject's key as SubjectPublicKeyInfo.
Result<Bytes> IssueCaCertificate(const P384PrivateKey& issuer_key, ByteView issuer_der,
                                 ByteView subject_spki, const CertificateSpec& spec,
                                 Random& random);
Result<Bytes> IssueLeafCertificate(const P384PrivateKey& issuer_key, ByteView issuer_der,
                                   ByteView subject_spki, const CertificateSpec& spec,
                                   Random& random);
// A server's own certificate, not a CA, with its P-256 key, ecdsa-with-SHA256.
Result<Bytes> MakeSelfSignedCertificate(const P256PrivateKey& key, const CertificateSpec& spec,
                                        Random& random);

// leaf -> some of the intermediates -> root at the given second; every key on P-384 and every
// signature ecdsa-with-SHA384, the leaf not a CA and with digitalSignature. Gives the leaf's key.
// attest.time when only the times are wrong, attest.chain otherwise.
Result<P384PublicKey> VerifyP384Chain(ByteView leaf_der, std::span<const ByteView> intermediates,
                                      ByteView root_der, int64_t unix_seconds);

}  // namespace nsl::crypto
