// SPDX-License-Identifier: Apache-2.0
//
// Scripts, contract files and stack items against the vectors of other implementations.
#include "neo/contract_hash.h"
#include "neo/interop.h"
#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/script_builder.h"
#include "neo/stack_item.h"
#include "neo/test_vectors.h"

namespace nsl::neo {
namespace {

class ContractVectorsTest : public VectorsTest {
 protected:
  ContractVectorsTest() : VectorsTest(NSL_SHARED_VECTORS) {}
};

void CheckCall(const json::value& input, const json::value& expected) {
  std::vector<ContractParameter> arguments;
  for (const json::value& v : input.at("args").as_array()) {
    auto parameter = ParameterFromJson(v);
    ASSERT_TRUE(parameter) << parameter.error().detail;
    arguments.push_back(std::move(*parameter));
  }
  ScriptBuilder b;
  b.Call(Account(input.at("contract_be")), Str(input.at("method")), arguments,
         static_cast<CallFlags>(input.at("call_flags").as_int64()));
  EXPECT_EQ(ToHex(b.view()), Str(expected.at("script")));
  if (const json::value* more = Maybe(expected, "with_assert_suffix")) {
    EXPECT_EQ(ToHex(b.Assert().view()), Str(*more));
  }
}

TEST_F(ContractVectorsTest, Scripts) {
  Each("script", 5, [](const json::value& input, const json::value& expected) {
    if (Maybe(input, "method") != nullptr) return CheckCall(input, expected);
    for (const json::value& one : expected.as_array()) {
      ScriptBuilder b;
      if (const json::value* value = Maybe(one, "value")) {
        b.PushInteger(Integer::FromText(Str(*value)).value());
        EXPECT_EQ(ToHex(b.view()), Str(one.at("script")));
      } else {
        Bytes prefix = Hex(one.at("prefix"));
        auto size = static_cast<size_t>(one.at("data_length").as_int64());
        b.PushData(Bytes(size, 1));
        EXPECT_EQ(b.size(), prefix.size() + size);
        EXPECT_EQ(ToBytes(b.view().first(prefix.size())), prefix);
      }
    }
  });
}

TEST_F(ContractVectorsTest, InteropsAndNatives) {
  Each("interop", 1, [](const json::value&, const json::value& expected) {
    EXPECT_EQ(expected.as_object().size(), InteropNames().size());
    for (const auto& [name, id] : expected.as_object()) {
      InteropId computed = InteropIdOf(std::string_view(name));
      EXPECT_EQ(ToHex(computed), Str(id));
      EXPECT_EQ(InteropNameOf(computed), std::string_view(name));
    }
  });
  Each("native", 1, [](const json::value&, const json::value& expected) {
    EXPECT_EQ(expected.as_object().size(), NativeContracts().size());
    for (const auto& [name, hash] : expected.as_object()) {
      const NativeContract* native = FindNative(std::string_view(name));
      ASSERT_NE(native, nullptr) << std::string_view(name);
      EXPECT_EQ(native->hash, Account(hash));
    }
  });
}

TEST_F(ContractVectorsTest, Nefs) {
  Each("nef", 3, [](const json::value& input, const json::value& expected) {
    const json::value* hex = Maybe(input, "nef_hex");
    if (hex == nullptr) hex = Maybe(expected, "nef_hex");
    if (hex == nullptr) return;
    auto nef = DecodeNef(Hex(*hex));
    ASSERT_TRUE(nef) << nef.error().detail;
    EXPECT_EQ(ChecksumOf(*nef), expected.at("checksum").as_int64());
    EXPECT_EQ(ToHex(EncodeNef(*nef).value()), Str(*hex));
    const json::value* compiler = Maybe(expected, "compiler");
    if (compiler == nullptr) compiler = Maybe(input, "compiler");
    EXPECT_EQ(nef->compiler, Str(*compiler));
  });
}

TEST_F(ContractVectorsTest, Manifests) {
  Each("manifest", 1, [](const json::value& input, const json::value&) {
    for (const json::value& text : input.at("manifests").as_array()) {
      auto manifest = ParseManifest(Str(text));
      ASSERT_TRUE(manifest) << manifest.error().detail;
      EXPECT_EQ(ToJson(*manifest), ParseJson(Str(text)).value());
    }
  });
}

TEST_F(ContractVectorsTest, Deployments) {
  Each("deploy", 6, [](const json::value& input, const json::value& expected) {
    ScriptHash sender = Account(input.at("sender_be"));
    auto checksum = static_cast<uint32_t>(input.at("nef_checksum").as_int64());
    EXPECT_EQ(ContractHash(sender, checksum, Str(input.at("manifest_name"))),
              Account(expected.at("contract_hash_be")));
    if (const json::value* hex = Maybe(input, "nef_hex")) {
      auto nef = DecodeNef(Hex(*hex));
      ASSERT_TRUE(nef) << nef.error().detail;
      EXPECT_EQ(ChecksumOf(*nef), checksum);
    }
    if (const json::value* text = Maybe(input, "manifest_json")) {
      auto manifest = ParseManifest(Str(*text));
      ASSERT_TRUE(manifest) << manifest.error().detail;
      EXPECT_EQ(ToJson(*manifest), ParseJson(Str(*text)).value());
    }
  });
  Each("contract-hash", 1, [](const json::value& input, const json::value& expected) {
    auto nef = DecodeNef(Hex(expected.at("nef_hex")));
    ASSERT_TRUE(nef) << nef.error().detail;
    const json::array& senders = input.at("senders_be").as_array();
    for (size_t i = 0; i < senders.size(); ++i) {
      EXPECT_EQ(ContractHash(Account(senders[i]), ChecksumOf(*nef), Str(input.at("name"))),
                Account(expected.at("hashes_be").as_array()[i]));
    }
  });
}

TEST_F(ContractVectorsTest, StackItems) {
  Each("stackitem", 2, [](const json::value&, const json::value& expected) {
    if (const json::value* list = Maybe(expected, "json")) {
      for (const json::value& shown : list->as_array()) {
        auto item = StackItemFromJson(shown);
        ASSERT_TRUE(item) << item.error().detail;
        EXPECT_EQ(ToJson(*item), shown);
      }
    }
    if (const json::value* list = Maybe(expected, "hex")) {
      for (const json::value& hex : list->as_array()) {
        auto item = DecodeStackItem(Hex(hex));
        ASSERT_TRUE(item) << item.error().detail;
        EXPECT_EQ(ToHex(EncodeStackItem(*item).value()), Str(hex));
      }
    }
  });
}

}  // namespace
}  // namespace nsl::neo
