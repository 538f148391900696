// SPDX-License-Identifier: Apache-2.0
// The Nitro module against a double of the device that speaks the same CBOR, well or badly.
#include "enclave/nsm_module.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/cbor.h"
#include "enclave/attestation_document.h"

namespace nsl::enclave {
namespace {

Bytes Hex(std::string_view text) { return *FromHex(text); }

class Device final : public NsmChannel {
 public:
  explicit Device(std::vector<Bytes>& requests, std::deque<Result<Bytes>>& answers)
      : requests_(requests), answers_(answers) {}
  Result<Bytes> Call(ByteView request) override {
    requests_.push_back(ToBytes(request));
    if (answers_.empty()) return Fail(Reason::kPlatformModule, "no answer prepared");
    Result<Bytes> answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

 private:
  std::vector<Bytes>& requests_;
  std::deque<Result<Bytes>>& answers_;
};

Bytes BytesAnswer(std::string_view request, std::string_view name, ByteView value) {
  Bytes out;
  CborWriter w(out);
  w.Map(1);
  w.Text(request);
  w.Map(1);
  w.Text(name);
  w.Bytes(value);
  return out;
}

Bytes Word(std::string_view word) {
  Bytes out;
  CborWriter(out).Text(word);
  return out;
}

class Nsm : public testing::Test {
 protected:
  Result<std::unique_ptr<NsmModule>> Open() {
    return NsmModule::Open(std::make_unique<Device>(requests_, answers_), config_);
  }
  void PrepareOpen() {
    answers_.push_back(BytesAnswer("ExtendPCR", "data", ExtendedPcr(config_)));
    for (int i = 16; i < 32; ++i) answers_.push_back(Word("LockPCR"));
  }

  Bytes config_ = Bytes(32, 5);
  std::vector<Bytes> requests_;
  std::deque<Result<Bytes>> answers_;
};

TEST_F(Nsm, MeasuresTheSettingsAndLocksEveryOwnPcr) {
  PrepareOpen();
  ASSERT_TRUE(Open());
  ASSERT_EQ(requests_.size(), 17u);
  EXPECT_EQ(ToHex(requests_[0]).substr(0, 56),
            "a169457874656e64504352a265696e6465781064646174615820" + ToHex(config_).substr(0, 4));
  EXPECT_EQ(requests_[1], Hex("a1674c6f636b504352a165696e64657810"));
  EXPECT_EQ(requests_[16], Hex("a1674c6f636b504352a165696e646578181f"));
}

TEST_F(Nsm, RefusesAPcrThatSomebodyExtendedBefore) {
  answers_.push_back(BytesAnswer("ExtendPCR", "data", Bytes(48, 9)));
  auto module = Open();
  ASSERT_FALSE(module);
  EXPECT_NE(module.error().detail.find("another program ran first"), std::string::npos);
}

TEST_F(Nsm, PassesTheErrorsOfTheDeviceOn) {
  answers_.push_back(Hex("a1654572726f726d526561644f6e6c79496e646578"));
  auto module = Open();
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().reason, Reason::kPlatformModule);
  EXPECT_NE(module.error().detail.find("ReadOnlyIndex"), std::string::npos);
}

TEST_F(Nsm, AsksForADocumentInTheDocumentedBytes) {
  PrepareOpen();
  auto module = Open();
  ASSERT_TRUE(module);
  Bytes document = Bytes(500, 3);
  answers_.push_back(BytesAnswer("Attestation", "document", document));
  auto answer = (*module)->Attest({Bytes{1}, Bytes{2}, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, document);
  EXPECT_EQ(requests_.back(), Hex("a16b4174746573746174696f6ea3"
                                  "69757365725f64617461"
                                  "4101"
                                  "656e6f6e6365"
                                  "4102"
                                  "6a7075626c69635f6b6579"
                                  "f6"));
  EXPECT_FALSE((*module)->Attest({Bytes(513), {}, {}}));
}

TEST_F(Nsm, MixesItsRandomnessWithTheKernels) {
  PrepareOpen();
  auto module = Open();
  ASSERT_TRUE(module);
  answers_.push_back(BytesAnswer("GetRandom", "random", Bytes(20, 0xaa)));
  answers_.push_back(BytesAnswer("GetRandom", "random", Bytes(20, 0xbb)));
  Bytes out(32);
  ASSERT_TRUE((*module)->FillRandom(out));
  EXPECT_NE(out, Bytes(32, 0xaa));
  answers_.push_back(BytesAnswer("GetRandom", "random", Bytes()));
  EXPECT_FALSE((*module)->FillRandom(out));
}

TEST_F(Nsm, SurvivesEveryMalformedAnswer) {
  Bytes good = BytesAnswer("ExtendPCR", "data", ExtendedPcr(config_));
  std::vector<Bytes> bad = {{},
                            Word("ExtendPCR"),
                            Word("LockPCR"),
                            Hex("a0"),
                            Hex("ff"),
                            BytesAnswer("GetRandom", "data", Bytes(48)),
                            BytesAnswer("ExtendPCR", "other", Bytes(48)),
                            Bytes(12288, 0x81)};
  for (size_t n = 1; n < good.size(); ++n) bad.push_back(ToBytes(ByteView(good).first(n)));
  Bytes longer = good;
  longer.push_back(0);
  bad.push_back(longer);
  for (const Bytes& answer : bad) {
    answers_ = {answer};
    EXPECT_FALSE(Open()) << ToHex(answer);
  }
}

TEST_F(Nsm, HasNoSealingRootWithoutKms) {
  PrepareOpen();
  auto module = Open();
  ASSERT_TRUE(module);
  auto root = (*module)->SealingRoot();
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().reason, Reason::kPlatformModule);
  EXPECT_NE(root.error().detail.find("KMS"), std::string::npos);
}

TEST(NsmDevice, SaysWhatToDoWhereThereIsNone) {
  auto device = OpenNsmDevice("/dev/no-such-nsm");
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().reason, Reason::kPlatformModule);
  EXPECT_NE(device.error().detail.find("runs only inside a Nitro enclave; use the -dev program"),
            std::string::npos);
}

}  // namespace
}  // namespace nsl::enclave
