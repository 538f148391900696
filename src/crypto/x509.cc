// SPDX-License-Identifier: Apache-2.0
#include "crypto/x509.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

namespace nsl::crypto {
namespace {

constexpr size_t kMaxDer = 16'384;
constexpr int kMaxDepth = 8;

struct Free {
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_free(p); }
};

int64_t Seconds(const ASN1_TIME* time) {
  std::tm tm{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &tm) != 1) return 0;
  return timegm(&tm);
}

std::unexpected<Error> BadChain(std::string_view what) {
  // Whatever OpenSSL queued belongs to this failure and must not surface in another one.
  ERR_clear_error();
  return Fail(Reason::kAttestChain, "certificates: " + std::string(what));
}

// The curve and the digest that this product accepts in a chain.
bool OnlyP384(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  char group[32] = "";
  return key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == "secp384r1" &&
         X509_get_signature_nid(certificate) == NID_ecdsa_with_SHA384;
}

// What cannot be verified by the library alone: key kinds of the whole chain and the leaf's use.
Status CheckChain(X509_STORE_CTX* ctx) {
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(ctx);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (!OnlyP384(sk_X509_value(chain, i))) {
      return BadChain("a key is not on P-384 or a signature not ecdsa-with-SHA384");
    }
  }
  X509* leaf = sk_X509_value(chain, 0);
  uint32_t flags = X509_get_extension_flags(leaf);
  // X509_check_ca() alone passes a CA whose key usage lacks keyCertSign.
  if (X509_check_ca(leaf) != 0 || (flags & EXFLAG_CA) != 0) return BadChain("the leaf is a CA");
  if ((flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0) {
    return BadChain("the leaf's key is not for digital signatures");
  }
  return {};
}

}  // namespace

Result<Certificate> Certificate::FromDer(ByteView der) {
  if (der.empty() || der.size() > kMaxDer) return BadChain("not 1 to 16384 bytes of DER");
  const uint8_t* p = der.data();
  X509Ptr x509(d2i_X509(nullptr, &p, static_cast<long>(der.size())));
  if (x509 == nullptr || p != der.data() + der.size()) return BadChain("not one DER certificate");
  return Certificate(std::move(x509), ToBytes(der));
}

Bytes Certificate::SpkiDer() const {
  uint8_t* der = nullptr;
  int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509_.get()), &der);
  NSL_CHECK(n > 0);
  Bytes out(der, der + n);
  OPENSSL_free(der);
  return out;
}

std::string Certificate::CommonName() const {
  const X509_NAME* name = X509_get_subject_name(x509_.get());
  int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (n < 0) return {};
  std::string out(reinterpret_cast<char*>(text), static_cast<size_t>(n));
  OPENSSL_free(text);
  return out;
}

bool Certificate::is_ca() const { return X509_check_ca(x509_.get()) == 1; }
int64_t Certificate::not_before() const { return Seconds(X509_get0_notBefore(x509_.get())); }
int64_t Certificate::not_after() const { return Seconds(X509_get0_notAfter(x509_.get())); }

Result<P384PublicKey> VerifyP384Chain(ByteView leaf_der, std::span<const ByteView> intermediates,
                                      ByteView root_der, int64_t unix_seconds) {
  if (intermediates.size() > kMaxDepth) return BadChain("more than 8 intermediates");
  NSL_TRY(Certificate leaf, Certificate::FromDer(leaf_der));
  NSL_TRY(Certificate root, Certificate::FromDer(root_der));
  std::vector<Certificate> between;
  std::unique_ptr<STACK_OF(X509), Free> untrusted(sk_X509_new_null());
  for (ByteView der : intermediates) {
    NSL_TRY(Certificate certificate, Certificate::FromDer(der));
    between.push_back(std::move(certificate));
    NSL_CHECK(sk_X509_push(untrusted.get(), between.back().x509()) > 0);
  }
  // A store of its own: OpenSSL's default paths are never loaded.
  std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  std::unique_ptr<X509_STORE_CTX, Free> ctx(X509_STORE_CTX_new());
  NSL_CHECK(store != nullptr && ctx != nullptr && untrusted != nullptr);
  NSL_CHECK(X509_STORE_add_cert(store.get(), root.x509()) == 1);
  NSL_CHECK(X509_STORE_CTX_init(ctx.get(), store.get(), leaf.x509(), untrusted.get()) == 1);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(ctx.get());
  X509_VERIFY_PARAM_set_time(param, unix_seconds);
  X509_VERIFY_PARAM_set_depth(param, kMaxDepth);
  X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
  if (X509_verify_cert(ctx.get()) != 1) {
    int error = X509_STORE_CTX_get_error(ctx.get());
    ERR_clear_error();
    bool time = error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED;
    return Fail(time ? Reason::kAttestTime : Reason::kAttestChain,
                std::string("certificates: ") + X509_verify_cert_error_string(error));
  }
  NSL_TRY_VOID(CheckChain(ctx.get()));
  auto key = leaf.P384Key();
  if (!key) return BadChain("the leaf's key is not a named P-384 point");
  return key;
}

}  // namespace nsl::crypto
