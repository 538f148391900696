// SPDX-License-Identifier: Apache-2.0
//
// Transactions, signers and headers against the vectors of other implementations.
#include "crypto/hash.h"
#include "neo/block.h"
#include "neo/fee.h"
#include "neo/test_vectors.h"

namespace nsl::neo {
namespace {

class WireVectorsTest : public VectorsTest {
 protected:
  WireVectorsTest() : VectorsTest(NSL_SHARED_VECTORS) {}
};

void CheckTransaction(const json::value& input, const json::value& expected) {
  Bytes raw;
  if (const json::value* hex = Maybe(input, "raw")) raw = Hex(*hex);
  if (const json::value* text = Maybe(input, "raw_base64")) raw = FromBase64(Str(*text)).value();
  if (raw.empty()) return;
  auto tx = DecodeTransaction(raw);
  ASSERT_TRUE(tx) << tx.error().detail;
  EXPECT_EQ(EncodeTransaction(*tx).value(), raw);
  EXPECT_EQ(TransactionHash(*tx), Hash(expected.at("hash_be")));
  if (const json::value* u = Maybe(expected, "unsigned")) EXPECT_EQ(UnsignedBytes(*tx), Hex(*u));
  if (const json::value* fee = Maybe(expected, "netfee")) {
    EXPECT_EQ(std::to_string(tx->network_fee), Str(*fee));
  }
  if (const json::value* fee = Maybe(expected, "sysfee")) {
    EXPECT_EQ(std::to_string(tx->system_fee), Str(*fee));
  }
  if (const json::value* size = Maybe(expected, "size")) {
    EXPECT_EQ(SizeOf(*tx), static_cast<size_t>(size->as_int64()));
  }
  if (const json::value* signer = Maybe(expected, "signer_be")) {
    EXPECT_EQ(tx->signers[0].account, Account(*signer));
  }
  const json::value* shown = Maybe(expected, "json");
  if (shown == nullptr) return;
  EXPECT_EQ(ToAddress(tx->signers[0].account), Str(shown->at("sender")));
  const json::array& signers = shown->at("signers").as_array();
  ASSERT_EQ(tx->signers.size(), signers.size());
  for (size_t i = 0; i < signers.size(); ++i) EXPECT_EQ(ToJson(tx->signers[i]), signers[i]);
  EXPECT_EQ(ToBase64(tx->script), Str(shown->at("script")));
}

TEST_F(WireVectorsTest, Transactions) {
  Each("tx", 8, [](const json::value& input, const json::value& expected) {
    CheckTransaction(input, expected);
    const json::value* raw = Maybe(input, "unsigned");
    if (raw == nullptr) return;
    auto tx = DecodeUnsignedTransaction(Hex(*raw));
    ASSERT_TRUE(tx) << tx.error().detail;
    EXPECT_EQ(UnsignedBytes(*tx), Hex(*raw));
    if (const json::value* hash = Maybe(expected, "hash_be")) {
      EXPECT_EQ(TransactionHash(*tx), Hash(*hash));
    }
    const json::value* signed_data = Maybe(expected, "sign_data");
    if (signed_data == nullptr) return;
    auto data =
        SignedData(TransactionHash(*tx), static_cast<uint32_t>(input.at("magic").as_int64()));
    EXPECT_EQ(ToHex(data), Str(*signed_data));
    EXPECT_EQ(ToHex(crypto::Sha256(data)), Str(expected.at("digest_signed")));
  });
}

TEST_F(WireVectorsTest, TransactionsMadeFromTheirFields) {
  Each("tx", 8, [](const json::value& input, const json::value& expected) {
    const json::value* signers = Maybe(input, "signers");
    if (signers == nullptr) return;
    Transaction tx;
    tx.nonce = static_cast<uint32_t>(input.at("nonce").as_int64());
    tx.system_fee = std::stoll(Str(input.at("sysfee")));
    tx.network_fee = std::stoll(Str(input.at("netfee")));
    tx.valid_until_block = static_cast<uint32_t>(input.at("validuntilblock").as_int64());
    for (const json::value& v : signers->as_array()) {
      Signer signer;
      signer.account = Account(v.at("account_be"));
      signer.scopes = static_cast<uint8_t>(v.at("scope").as_int64());
      tx.signers.push_back(signer);
    }
    tx.script = Hex(input.at("script"));
    Writer w;
    Write(w, tx);
    EXPECT_EQ(ToHex(w.view()), Str(expected.at("raw")));
    EXPECT_EQ(TransactionHash(tx), Hash(expected.at("hash_be")));
  });
}

TEST_F(WireVectorsTest, TransactionsToRefuse) {
  Each("tx", 8, [](const json::value& input, const json::value&) {
    const json::value* cases = Maybe(input, "cases");
    if (cases == nullptr) return;
    for (const json::value& one : cases->as_array()) {
      for (const char* key : {"raw", "prefix"}) {
        const json::value* raw = Maybe(one, key);
        if (raw != nullptr) EXPECT_FALSE(DecodeTransaction(Hex(*raw))) << Str(one.at("why"));
      }
    }
  });
}

TEST_F(WireVectorsTest, Signers) {
  Each("signer", 6, [](const json::value& input, const json::value& expected) {
    Bytes raw = Hex(expected.at("hex"));
    auto signer = SignerFromJson(input.at("json"));
    ASSERT_TRUE(signer) << signer.error().detail;
    Writer w;
    Write(w, *signer);
    EXPECT_EQ(ToHex(w.view()), ToHex(raw));
    Reader r(raw);
    Signer read = ReadSigner(r);
    EXPECT_TRUE(r.Finish("signer"));
    EXPECT_EQ(read, *signer);
    EXPECT_EQ(ToJson(read), input.at("json"));
  });
}

TEST_F(WireVectorsTest, WitnessConditions) {
  Each("witness-condition", 1, [](const json::value& input, const json::value& expected) {
    const json::array& cases = input.at("cases").as_array();
    ASSERT_GE(cases.size(), 9u);
    for (size_t i = 0; i < cases.size(); ++i) {
      Bytes raw = Hex(expected.at("hex").as_array()[i]);
      auto condition = ConditionFromJson(cases[i].at("json"));
      ASSERT_TRUE(condition) << condition.error().detail;
      Writer w;
      Write(w, *condition);
      EXPECT_EQ(ToHex(w.view()), ToHex(raw));
      Reader r(raw);
      EXPECT_EQ(ReadCondition(r), *condition);
      EXPECT_TRUE(r.Finish("condition"));
      EXPECT_EQ(ToJson(*condition), cases[i].at("json"));
    }
  });
}

TEST_F(WireVectorsTest, Attributes) {
  Each("attribute", 1, [](const json::value& input, const json::value& expected) {
    const json::array& cases = input.at("cases").as_array();
    for (size_t i = 0; i < cases.size(); ++i) {
      Bytes raw = Hex(expected.at("hex").as_array()[i]);
      Reader r(raw);
      Attribute attribute = ReadAttribute(r);
      ASSERT_TRUE(r.Finish("attribute")) << i;
      Writer w;
      Write(w, attribute);
      EXPECT_EQ(ToHex(w.view()), ToHex(raw));
      const json::value& shown = cases[i];
      if (auto* v = Maybe(shown, "id")) {
        EXPECT_EQ(attribute.oracle_id, static_cast<uint64_t>(v->as_int64()));
      }
      if (auto* v = Maybe(shown, "result")) EXPECT_EQ(ToBase64(attribute.oracle_result), Str(*v));
      if (auto* v = Maybe(shown, "height")) EXPECT_EQ(int64_t{attribute.height}, v->as_int64());
      if (auto* v = Maybe(shown, "hash")) EXPECT_EQ(ToText(attribute.hash), Str(*v));
      if (auto* v = Maybe(shown, "nkeys")) EXPECT_EQ(int64_t{attribute.keys}, v->as_int64());
    }
  });
}

TEST_F(WireVectorsTest, MerkleRoots) {
  Each("merkle", 3, [](const json::value& input, const json::value& expected) {
    std::vector<Uint256> leaves;
    if (const json::value* list = Maybe(input, "hashes_be")) {
      for (const json::value& v : list->as_array()) leaves.push_back(Hash(v));
      EXPECT_EQ(MerkleRoot(leaves), Hash(expected.at("root_be")));
    } else {
      for (const json::value& v : input.at("leaves_wire").as_array()) {
        leaves.push_back({ToArray<32>(Hex(v)).value()});
      }
      EXPECT_EQ(ToHex(MerkleRoot(leaves).bytes), Str(expected.at("root_wire")));
    }
  });
}

TEST_F(WireVectorsTest, HeadersOfChains) {
  Each("genesis", 4, [](const json::value&, const json::value& expected) {
    auto next = ScriptHashFromAddress(Str(expected.at("next_consensus_address")));
    ASSERT_TRUE(next);
    BlockHeader header = GenesisHeader(*next);
    EXPECT_EQ(BlockHash(header), Hash(expected.at("hash_be")));
    if (const json::value* raw = Maybe(expected, "header_unsigned")) {
      EXPECT_EQ(ToHex(UnsignedBytes(header)), Str(*raw));
    }
  });
  Each("chain", 3, [](const json::value& input, const json::value& expected) {
    const json::value* hex = Maybe(input, "header_unsigned");
    if (hex == nullptr) return;
    Bytes raw = Hex(*hex);
    for (uint8_t b : {1, 0, 0}) raw.push_back(b);
    auto header = DecodeHeader(raw);
    ASSERT_TRUE(header) << header.error().detail;
    EXPECT_EQ(BlockHash(*header), Hash(expected.at("hash_be")));
    std::vector<Uint256> leaves;
    for (const json::value& v : input.at("tx_hashes_be").as_array()) leaves.push_back(Hash(v));
    EXPECT_EQ(MerkleRoot(leaves), header->merkle_root);
    const json::value& fields = expected.at("fields");
    EXPECT_EQ(header->merkle_root, Hash(fields.at("merkle")));
    EXPECT_EQ(std::to_string(header->timestamp_ms), Str(fields.at("ts")));
    EXPECT_EQ(header->next_consensus, Account(fields.at("next")));
  });
}

TEST_F(WireVectorsTest, NetworkFees) {
  Each("fee", 1, [](const json::value&, const json::value& expected) {
    int64_t single = WitnessCost({});
    int64_t three = WitnessCost({3, 4});
    int64_t four = WitnessCost({4, 6});
    EXPECT_EQ(single, expected.at("single_sig_cost").as_int64());
    EXPECT_EQ(three, expected.at("three_of_four_cost").as_int64());
    EXPECT_EQ(four, expected.at("four_of_six_cost").as_int64());
    for (const json::value& sample : expected.at("samples").as_array()) {
      auto size = static_cast<size_t>(sample.at("size").as_int64());
      bool matched = false;
      for (int64_t cost : {single, three, three + four}) {
        matched |= std::to_string(NetworkFee(size, cost, {}).value()) == Str(sample.at("netfee"));
      }
      EXPECT_TRUE(matched) << Str(sample.at("tx"));
    }
  });
  // The transactions of a chain paid exactly the formula.
  size_t paid = 0;
  bool read = Each("tx", 8, [&](const json::value& input, const json::value& expected) {
    if (Maybe(expected, "witness_valid") == nullptr) return;
    auto tx = DecodeTransaction(Hex(input.at("raw")));
    ASSERT_TRUE(tx) << tx.error().detail;
    std::vector<WitnessShape> shapes;
    for (const Witness& witness : tx->witnesses) {
      shapes.push_back(ShapeOfScript(witness.verification).value());
    }
    EXPECT_EQ(NetworkFee(*tx, shapes, {}).value(), tx->network_fee);
    ++paid;
  });
  EXPECT_TRUE(!read || paid >= 3);
}

}  // namespace
}  // namespace nsl::neo
