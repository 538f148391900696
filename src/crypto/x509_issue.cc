// SPDX-License-Identifier: Apache-2.0
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "crypto/x509.h"

namespace nsl::crypto {
namespace {

struct Free {
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(X509_NAME* p) const { X509_NAME_free(p); }
};

struct Issuer {
  EVP_PKEY* key;
  // Null: the certificate is its own issuer.
  X509* certificate;
  const EVP_MD* digest;
};

enum class Role : uint8_t { kCa, kLeaf };

bool AddName(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty()) return true;
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool SetSubject(X509* x, const CertificateSpec& spec) {
  std::unique_ptr<X509_NAME, Free> name(X509_NAME_new());
  return name != nullptr && AddName(name.get(), "O", spec.organization) &&
         AddName(name.get(), "OU", spec.organizational_unit) &&
         AddName(name.get(), "CN", spec.common_name) && X509_set_subject_name(x, name.get()) == 1;
}

bool SetSerial(X509* x, Random& random) {
  auto bytes = random.Array<16>();
  // Positive and never zero (RFC 5280 §4.1.2.2).
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  BIGNUM* bn = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  bool done = bn != nullptr && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != nullptr;
  BN_free(bn);
  return done;
}

bool SetTimes(X509* x, const CertificateSpec& spec) {
  return ASN1_TIME_set(X509_getm_notBefore(x), spec.not_before) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(x), spec.not_after) != nullptr;
}

bool AddExtension(X509* x, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, issuer, x, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(x, extension.get(), -1) == 1;
}

// The names go into OpenSSL's text notation: only what a DNS name may hold, or it would be more.
bool SafeDnsName(const std::string& name) {
  if (name.empty() || name.size() > 253) return false;
  for (char c : name) {
    bool good =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*';
    if (!good) return false;
  }
  return true;
}

bool AddExtensions(X509* x, X509* issuer, const CertificateSpec& spec, Role role) {
  bool self = issuer == x;
  std::string basic = role == Role::kCa ? "critical,CA:TRUE" : "critical,CA:FALSE";
  if (role == Role::kCa && spec.path_length >= 0) {
    basic += ",pathlen:" + std::to_string(spec.path_length);
  }
  const char* usage =
      role == Role::kCa ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
  if (!AddExtension(x, issuer, NID_basic_constraints, basic) ||
      !AddExtension(x, issuer, NID_key_usage, usage) ||
      !AddExtension(x, issuer, NID_subject_key_identifier, "hash")) {
    return false;
  }
  if (!self && !AddExtension(x, issuer, NID_authority_key_identifier, "keyid:always")) return false;
  if (spec.dns_names.empty()) return true;
  std::string names;
  for (const std::string& name : spec.dns_names) {
    if (!SafeDnsName(name)) return false;
    names += (names.empty() ? "DNS:" : ",DNS:") + name;
  }
  return AddExtension(x, issuer, NID_ext_key_usage, "serverAuth") &&
         AddExtension(x, issuer, NID_subject_alt_name, names);
}

Result<Bytes> Issue(const Issuer& by, EVP_PKEY* subject_key, const CertificateSpec& spec, Role role,
                    Random& random) {
  X509Ptr x(X509_new());
  NSL_CHECK(x != nullptr);
  X509* issuer = by.certificate == nullptr ? x.get() : by.certificate;
  bool made = X509_set_version(x.get(), X509_VERSION_3) == 1 && SetSerial(x.get(), random) &&
              SetTimes(x.get(), spec) && SetSubject(x.get(), spec) &&
              X509_set_issuer_name(x.get(), X509_get_subject_name(issuer)) == 1 &&
              X509_set_pubkey(x.get(), subject_key) == 1 &&
              AddExtensions(x.get(), issuer, spec, role) &&
              X509_sign(x.get(), by.key, by.digest) > 0;
  uint8_t* der = nullptr;
  int n = made ? i2d_X509(x.get(), &der) : -1;
  if (n <= 0) {
    ERR_clear_error();
    return Fail(Reason::kPlatformInternal, "the certificate could not be made from these values");
  }
  Bytes out(der, der + n);
  OPENSSL_free(der);
  return out;
}

Result<Bytes> IssueBelow(const P384PrivateKey& issuer_key, ByteView issuer_der,
                         ByteView subject_spki, const CertificateSpec& spec, Role role,
                         Random& random) {
  NSL_TRY(Certificate issuer, Certificate::FromDer(issuer_der));
  if (X509_check_private_key(issuer.x509(), issuer_key.pkey()) != 1) {
    ERR_clear_error();
    return Fail(Reason::kPlatformInternal, "the issuer's key is not the one of its certificate");
  }
  const uint8_t* p = subject_spki.data();
  PkeyPtr subject(d2i_PUBKEY(nullptr, &p, static_cast<long>(subject_spki.size())));
  if (subject == nullptr || p != subject_spki.data() + subject_spki.size()) {
    ERR_clear_error();
    return Fail(Reason::kRequestInvalid, "the subject's key is not a SubjectPublicKeyInfo");
  }
  Issuer by{issuer_key.pkey(), issuer.x509(), EVP_sha384()};
  return Issue(by, subject.get(), spec, role, random);
}

}  // namespace

Result<Bytes> MakeRootCertificate(const P384PrivateKey& key, const CertificateSpec& spec,
                                  Random& random) {
  return Issue({key.pkey(), nullptr, EVP_sha384()}, key.pkey(), spec, Role::kCa, random);
}

Result<Bytes> MakeSelfSignedCertificate(const P256PrivateKey& key, const CertificateSpec& spec,
                                        Random& random) {
  return Issue({key.pkey(), nullptr, EVP_sha256()}, key.pkey(), spec, Role::kLeaf, random);
}

Result<Bytes> IssueCaCertificate(const P384PrivateKey& issuer_key, ByteView issuer_der,
                                 ByteView subject_spki, const CertificateSpec& spec,
                                 Random& random) {
  return IssueBelow(issuer_key, issuer_der, subject_spki, spec, Role::kCa, random);
}

Result<Bytes> IssueLeafCertificate(const P384PrivateKey& issuer_key, ByteView issuer_der,
                                   ByteView subject_spki, const CertificateSpec& spec,
                                   Random& random) {
  return IssueBelow(issuer_key, issuer_der, subject_spki, spec, Role::kLeaf, random);
}

}  // namespace nsl::crypto
