// SPDX-License-Identifier: Apache-2.0
#include "crypto/x509.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

constexpr int64_t kBegin = 1'700'000'000;
constexpr int64_t kEnd = kBegin + 86'400;

CertificateSpec Spec(std::string name, int64_t begin = kBegin, int64_t end = kEnd) {
  CertificateSpec spec;
  spec.common_name = std::move(name);
  spec.organization = "Test";
  spec.organizational_unit = "NOT AWS";
  spec.not_before = begin;
  spec.not_after = end;
  return spec;
}

// root -> ca -> leaf
class ChainTest : public testing::Test {
 protected:
  ChainTest()
      : random_(41),
        root_key_(P384PrivateKey::Generate(random_)),
        ca_key_(P384PrivateKey::Generate(random_)),
        leaf_key_(P384PrivateKey::Generate(random_)) {
    root_ = *MakeRootCertificate(root_key_, Spec("root"), random_);
    CertificateSpec ca = Spec("ca");
    ca.path_length = 0;
    ca_ = *IssueCaCertificate(root_key_, root_, ca_key_.PublicKey().SpkiDer(), ca, random_);
    leaf_ = Leaf(leaf_key_.PublicKey().SpkiDer(), Spec("leaf"));
  }

  Bytes Leaf(ByteView spki, const CertificateSpec& spec) {
    return *IssueLeafCertificate(ca_key_, ca_, spki, spec, random_);
  }

  Result<P384PublicKey> Verify(ByteView leaf, std::vector<ByteView> between, ByteView root,
                               int64_t at = kBegin + 10) {
    return VerifyP384Chain(leaf, between, root, at);
  }

  Reason ReasonOf(ByteView leaf, std::vector<ByteView> between, ByteView root,
                  int64_t at = kBegin + 10) {
    auto key = Verify(leaf, std::move(between), root, at);
    return key ? Reason::kPlatformInternal : key.error().reason;
  }

  SeededRandom random_;
  P384PrivateKey root_key_;
  P384PrivateKey ca_key_;
  P384PrivateKey leaf_key_;
  Bytes root_;
  Bytes ca_;
  Bytes leaf_;
};

TEST_F(ChainTest, ReadsBackWhatTheSpecSays) {
  auto root = Certificate::FromDer(root_);
  auto leaf = Certificate::FromDer(leaf_);
  ASSERT_TRUE(root && leaf);
  EXPECT_EQ(root->CommonName(), "root");
  EXPECT_EQ(leaf->CommonName(), "leaf");
  EXPECT_TRUE(root->is_ca());
  EXPECT_FALSE(leaf->is_ca());
  EXPECT_EQ(leaf->not_before(), kBegin);
  EXPECT_EQ(leaf->not_after(), kEnd);
  EXPECT_EQ(*leaf->P384Key(), leaf_key_.PublicKey());
  EXPECT_FALSE(leaf->P256Key());
}

TEST_F(ChainTest, GivesTheLeafsKeyOfAValidChain) {
  auto key = Verify(leaf_, {ca_}, root_);
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(*key, leaf_key_.PublicKey());
  Bytes direct = *IssueLeafCertificate(root_key_, root_, leaf_key_.PublicKey().SpkiDer(),
                                       Spec("direct"), random_);
  EXPECT_TRUE(Verify(direct, {}, root_));
}

TEST_F(ChainTest, JudgesTheGivenTimeIncludingItsEnds) {
  EXPECT_TRUE(Verify(leaf_, {ca_}, root_, kBegin));
  EXPECT_TRUE(Verify(leaf_, {ca_}, root_, kEnd - 1));
  EXPECT_EQ(ReasonOf(leaf_, {ca_}, root_, kBegin - 1), Reason::kAttestTime);
  EXPECT_EQ(ReasonOf(leaf_, {ca_}, root_, kEnd + 1), Reason::kAttestTime);
}

TEST_F(ChainTest, RefusesAGapAnotherRootAndAnIntermediateAsAnchor) {
  EXPECT_EQ(ReasonOf(leaf_, {}, root_), Reason::kAttestChain);
  Bytes other = *MakeRootCertificate(P384PrivateKey::Generate(random_), Spec("root"), random_);
  EXPECT_EQ(ReasonOf(leaf_, {ca_}, other), Reason::kAttestChain);
  EXPECT_EQ(ReasonOf(leaf_, {ca_, root_}, other), Reason::kAttestChain);
  // A chain that ends at something not self-signed is partial.
  EXPECT_EQ(ReasonOf(leaf_, {}, ca_), Reason::kAttestChain);
}

TEST_F(ChainTest, RefusesACaAsLeafAndALeafAsCa) {
  EXPECT_EQ(ReasonOf(ca_, {}, root_), Reason::kAttestChain);
  EXPECT_EQ(ReasonOf(root_, {}, root_), Reason::kAttestChain);
  Bytes below = *IssueLeafCertificate(leaf_key_, leaf_, ca_key_.PublicKey().SpkiDer(),
                                      Spec("below"), random_);
  EXPECT_EQ(ReasonOf(below, {leaf_, ca_}, root_), Reason::kAttestChain);
}

TEST_F(ChainTest, RefusesAPathLongerThanTheCaAllows) {
  P384PrivateKey sub_key = P384PrivateKey::Generate(random_);
  Bytes sub =
      *IssueCaCertificate(ca_key_, ca_, sub_key.PublicKey().SpkiDer(), Spec("sub"), random_);
  Bytes leaf =
      *IssueLeafCertificate(sub_key, sub, leaf_key_.PublicKey().SpkiDer(), Spec("leaf"), random_);
  EXPECT_EQ(ReasonOf(leaf, {sub, ca_}, root_), Reason::kAttestChain);
}

TEST_F(ChainTest, RefusesKeysOfAnotherCurve) {
  P256PrivateKey p256 = P256PrivateKey::Generate(random_);
  Bytes leaf = Leaf(p256.PublicKey().SpkiDer(), Spec("p256"));
  EXPECT_EQ(ReasonOf(leaf, {ca_}, root_), Reason::kAttestChain);
  Bytes self = *MakeSelfSignedCertificate(p256, Spec("self"), random_);
  EXPECT_EQ(ReasonOf(self, {}, self), Reason::kAttestChain);
}

// Signs the changed certificate anew, as a careless or hostile authority could.
Bytes Resigned(X509* x, EVP_PKEY* key, const EVP_MD* digest) {
  EXPECT_GT(X509_sign(x, key, digest), 0);
  uint8_t* der = nullptr;
  int n = i2d_X509(x, &der);
  Bytes out(der, der + n);
  OPENSSL_free(der);
  return out;
}

TEST_F(ChainTest, RefusesAnotherDigest) {
  auto leaf = Certificate::FromDer(leaf_);
  ASSERT_TRUE(leaf);
  EXPECT_TRUE(Verify(Resigned(leaf->x509(), ca_key_.pkey(), EVP_sha384()), {ca_}, root_));
  EXPECT_EQ(ReasonOf(Resigned(leaf->x509(), ca_key_.pkey(), EVP_sha256()), {ca_}, root_),
            Reason::kAttestChain);
}

TEST_F(ChainTest, RefusesAnIntermediateOnAnotherCurve) {
  P256PrivateKey weak_key = P256PrivateKey::Generate(random_);
  Bytes weak =
      *IssueCaCertificate(root_key_, root_, weak_key.PublicKey().SpkiDer(), Spec("ca"), random_);
  auto leaf = Certificate::FromDer(leaf_);
  ASSERT_TRUE(leaf);
  int at = X509_get_ext_by_NID(leaf->x509(), NID_authority_key_identifier, -1);
  X509_EXTENSION_free(X509_delete_ext(leaf->x509(), at));
  Bytes below = Resigned(leaf->x509(), weak_key.pkey(), EVP_sha384());
  auto key = Verify(below, {weak}, root_);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().detail,
            "certificates: a key is not on P-384 or a signature not ecdsa-with-SHA384");
}

TEST_F(ChainTest, RefusesALeafWhoseKeyIsNotForSignatures) {
  auto leaf = Certificate::FromDer(leaf_);
  ASSERT_TRUE(leaf);
  int at = X509_get_ext_by_NID(leaf->x509(), NID_key_usage, -1);
  X509_EXTENSION_free(X509_delete_ext(leaf->x509(), at));
  Bytes bare = Resigned(leaf->x509(), ca_key_.pkey(), EVP_sha384());
  auto key = Verify(bare, {ca_}, root_);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().detail, "certificates: the leaf's key is not for digital signatures");
}

TEST_F(ChainTest, RefusesEveryFlippedByteOfTheLeaf) {
  for (size_t i = 0; i < leaf_.size(); ++i) {
    auto key = Verify(Flipped(leaf_, i), {ca_}, root_);
    EXPECT_FALSE(key) << i;
  }
  for (size_t n = 0; n < leaf_.size(); ++n) {
    EXPECT_FALSE(Certificate::FromDer(ByteView(leaf_).first(n))) << n;
  }
  Bytes longer = leaf_;
  longer.push_back(0);
  EXPECT_FALSE(Certificate::FromDer(longer));
}

TEST_F(ChainTest, RefusesTooManyIntermediates) {
  EXPECT_EQ(ReasonOf(leaf_, std::vector<ByteView>(9, ca_), root_), Reason::kAttestChain);
}

TEST_F(ChainTest, IssuesOnlyWithTheIssuersOwnKey) {
  EXPECT_FALSE(
      IssueLeafCertificate(leaf_key_, ca_, leaf_key_.PublicKey().SpkiDer(), Spec("x"), random_));
  EXPECT_FALSE(IssueLeafCertificate(ca_key_, ca_, AsBytes("no key"), Spec("x"), random_));
}

TEST_F(ChainTest, ServerNamesCannotSmuggleOtherNames) {
  P256PrivateKey key = P256PrivateKey::Generate(random_);
  CertificateSpec spec = Spec("server");
  spec.dns_names = {"localhost", "*.example.org"};
  EXPECT_TRUE(MakeSelfSignedCertificate(key, spec, random_));
  for (const char* bad : {"a,DNS:b", "a\nb", "", "A.example", "a b", "a;b"}) {
    spec.dns_names = {bad};
    EXPECT_FALSE(MakeSelfSignedCertificate(key, spec, random_)) << bad;
  }
}

TEST_F(ChainTest, SerialsDifferAndArePositive) {
  Bytes again = Leaf(leaf_key_.PublicKey().SpkiDer(), Spec("leaf"));
  EXPECT_NE(again, leaf_);
  EXPECT_TRUE(Verify(again, {ca_}, root_));
}

}  // namespace
}  // namespace nsl::crypto
