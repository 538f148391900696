// SPDX-License-Identifier: Apache-2.0
//
// Genuine and made attestation documents, read in place: COSE, certificate chain and signature.
// What the payload must say is the business of the enclave room.
#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <filesystem>

#include "base/json.h"
#include "crypto/cose.h"
#include "crypto/hash.h"
#include "crypto/test_util.h"
#include "crypto/x509.h"

namespace nsl::crypto {
namespace {

namespace json = boost::json;

struct Evidence {
  ByteView certificate;
  std::vector<ByteView> bundle;
  int64_t timestamp_ms = 0;
};

Result<Evidence> ParsePayload(ByteView payload) {
  CborReader r(payload, {.depth = 8}, CborMode::kForeign);
  CborKeySet keys;
  Evidence out;
  for (size_t left = r.Map(); r.More(left);) {
    size_t at = r.offset();
    std::string_view key = r.Text();
    if (r.ok() && !keys.Add(r.Since(at))) r.Refuse("key twice");
    if (key == "certificate") {
      out.certificate = r.Bytes();
    } else if (key == "cabundle") {
      for (size_t n = r.Array(); r.More(n);) out.bundle.push_back(r.Bytes());
    } else if (key == "timestamp") {
      out.timestamp_ms = r.Int();
    } else {
      r.Skip();
    }
  }
  NSL_TRY_VOID(r.Finish());
  if (out.bundle.empty()) return Fail(Reason::kAttestFormat, "no bundle");
  return out;
}

// Steps 1, 2, 4 and 6 of the validation, at the time of the manifest or of the document.
Status Validate(ByteView document, ByteView root, int64_t at) {
  NSL_TRY(CoseSign1 cose, ParseCose(document));
  if (cose.algorithm != CoseAlgorithm::kEs384) return Fail(Reason::kAttestFormat, "algorithm");
  NSL_TRY(Evidence evidence, ParsePayload(cose.payload));
  if (!std::ranges::equal(evidence.bundle[0], root)) return Fail(Reason::kAttestChain, "root");
  std::vector<ByteView> between(evidence.bundle.begin() + 1, evidence.bundle.end());
  if (at == 0) at = evidence.timestamp_ms / 1000;
  NSL_TRY(P384PublicKey key, VerifyP384Chain(evidence.certificate, between, root, at));
  if (!VerifyCose(cose, key)) return Fail(Reason::kAttestSignature, "signature");
  return {};
}

class NitroVectorsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (folder_ == "/nitro/") GTEST_SKIP() << "NSL_SHARED_VECTORS is empty";
    Bytes text = ReadFile(folder_ + "manifest.json");
    auto manifest = ParseJson(AsText(text));
    ASSERT_TRUE(manifest) << manifest.error().detail;
    manifest_ = std::move(manifest->as_object());
  }

  static std::string Text(const json::object& entry, std::string_view key) {
    const json::value* v = entry.if_contains(key);
    return v == nullptr || !v->is_string() ? std::string() : std::string(v->as_string().c_str());
  }
  static int64_t Time(const json::object& entry) {
    const json::value* v = entry.if_contains("verify_at");
    return v == nullptr || !v->is_int64() ? 0 : v->as_int64();
  }

  std::string folder_ = std::string(NSL_SHARED_VECTORS) + "/nitro/";
  json::object manifest_;
};

TEST_F(NitroVectorsTest, PinnedRootIsTheOneWeKnow) {
  EXPECT_EQ(ToHex(Sha256(ReadFile(folder_ + "root-g1.der"))),
            "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
}

TEST_F(NitroVectorsTest, GenuineDocumentsVerifyAtTheirTimeAndNotLater) {
  Bytes root = ReadFile(folder_ + "root-g1.der");
  size_t seen = 0;
  for (const json::value& v : manifest_.at("real").as_array()) {
    const json::object& entry = v.as_object();
    Bytes document = ReadFile(folder_ + Text(entry, "file"));
    Status status = Validate(document, root, Time(entry));
    EXPECT_TRUE(status) << Text(entry, "file") << ": " << status.error().ToString();
    Status late = Validate(document, root, 2'000'000'000);
    EXPECT_TRUE(!late && late.error().reason == Reason::kAttestTime) << Text(entry, "file");
    ++seen;
  }
  EXPECT_EQ(seen, 13u);
}

TEST_F(NitroVectorsTest, FlippedBytesOfAGenuineDocumentAreRefused) {
  Bytes root = ReadFile(folder_ + "root-g1.der");
  Bytes document = ReadFile(folder_ + "real/dstack-2025-12a.cose");
  ASSERT_TRUE(Validate(document, root, 0));
  for (size_t i = 0; i < document.size(); i += 37) {
    EXPECT_FALSE(Validate(Flipped(document, i), root, 0)) << i;
    EXPECT_FALSE(Validate(ByteView(document).first(i), root, 0)) << i;
  }
}

TEST_F(NitroVectorsTest, MadeDocumentsGiveWhatTheManifestSays) {
  struct {
    const char* set;
    const char* root;
  } sets[] = {{"tampered", "root-g1.der"}, {"synthetic", "synthetic/test-root.der"}};
  size_t refused = 0;
  size_t accepted = 0;
  for (const auto& set : sets) {
    Bytes root = ReadFile(folder_ + set.root);
    for (const json::value& v : manifest_.at(set.set).as_array()) {
      const json::object& entry = v.as_object();
      std::string file = Text(entry, "file");
      std::string expect = Text(entry, "expect");
      Status status = Validate(ReadFile(folder_ + file), root, Time(entry));
      if (expect == "ok") {
        EXPECT_TRUE(status) << file << ": " << status.error().ToString();
        ++accepted;
      } else if (expect.find("chain") != std::string::npos ||
                 expect.find("signature") != std::string::npos ||
                 expect.find("algorithm") != std::string::npos) {
        EXPECT_FALSE(status) << file;
        ++refused;
      }
    }
  }
  EXPECT_GE(accepted, 12u);
  EXPECT_GE(refused, 25u);
  RecordProperty("accepted", static_cast<int>(accepted));
  RecordProperty("refused", static_cast<int>(refused));
}

}  // namespace
}  // namespace nsl::crypto
