// SPDX-License-Identifier: Apache-2.0
//
// What nodes show as JSON, proofs, and assembly, against the vectors of other implementations.
//
// Not covered by the room, and why:
//   vm-01     the suite of the virtual machine needs one that executes; only its example script is
//             assembled here
//   chain-01  names the hash of a file of blocks that is not among the vectors; its blocks are
//             covered as far as chain-03 to chain-06 give their bytes
//   chain-02  a state root needs the machine and all native contracts
//   nef-03, deploy-02, -11, -17  give digest and size of files that are not among the vectors
#include "neo/assembler.h"
#include "neo/block.h"
#include "neo/disassembler.h"
#include "neo/merkle_proof.h"
#include "neo/test_vectors.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

// Without the folder these have nothing to look at and pass: each file has vectors of its own.
class JsonVectorsTest : public VectorsTest {
 protected:
  JsonVectorsTest() : VectorsTest(NSL_SHARED_VECTORS) {}
  void SetUp() override {}
};

TEST_F(JsonVectorsTest, TransactionsAsNodesShowThem) {
  size_t seen = 0;
  bool vectors = Each("tx", 8, [&](const json::value& input, const json::value& expected) {
    const json::value* shown = Maybe(expected, "json");
    const json::value* raw = Maybe(input, "raw");
    if (shown == nullptr || raw == nullptr) return;
    auto tx = TransactionFromJson(*shown);
    ASSERT_TRUE(tx) << tx.error().detail;
    EXPECT_EQ(EncodeTransaction(*tx).value(), Hex(*raw));
    // The vector leaves the hash out.
    json::object written = ToJson(*tx).as_object();
    written.erase("hash");
    EXPECT_EQ(json::value(written), *shown);
    ++seen;
  });
  if (vectors) EXPECT_GE(seen, 2u);
}

TEST_F(JsonVectorsTest, Attributes) {
  Each("attribute", 1, [](const json::value& input, const json::value& expected) {
    const json::array& cases = input.at("cases").as_array();
    for (size_t i = 0; i < cases.size(); ++i) {
      auto attribute = AttributeFromJson(cases[i]);
      ASSERT_TRUE(attribute) << attribute.error().detail;
      Writer w;
      Write(w, *attribute);
      EXPECT_EQ(ToHex(w.view()), Str(expected.at("hex").as_array()[i]));
      EXPECT_EQ(ToJson(*attribute), cases[i]);
    }
  });
}

TEST_F(JsonVectorsTest, MerkleProofs) {
  Each("merkle", 3, [](const json::value& input, const json::value& expected) {
    const json::value* shown = Maybe(input, "hashes_be");
    if (shown == nullptr) return;
    std::vector<Uint256> leaves;
    for (const json::value& hash : shown->as_array()) leaves.push_back(Hash(hash));
    Uint256 root = Hash(expected.at("root_be"));
    for (size_t i = 0; i < leaves.size(); ++i) {
      EXPECT_TRUE(VerifyMerkleProof(leaves[i], MakeMerkleProof(leaves, i).value(), root)) << i;
    }
  });
}

void CheckAssembly(const Bytes& script) {
  auto text = Disassemble(script);
  ASSERT_TRUE(text) << text.error().detail;
  EXPECT_EQ(Assemble(*text, script.size()).value(), script) << *text;
}

TEST_F(JsonVectorsTest, ScriptsAreAssembledFromTheirText) {
  Each("tx", 8, [](const json::value& input, const json::value&) {
    const json::value* raw = Maybe(input, "raw");
    if (raw == nullptr) return;
    auto tx = DecodeTransaction(Hex(*raw));
    if (!tx) return;
    CheckAssembly(tx->script);
    for (const Witness& witness : tx->witnesses) {
      if (!witness.verification.empty()) CheckAssembly(witness.verification);
      if (!witness.invocation.empty()) CheckAssembly(witness.invocation);
    }
  });
  Each("script", 5, [](const json::value&, const json::value& expected) {
    if (const json::value* script = Maybe(expected, "script")) CheckAssembly(Hex(*script));
  });
  Each("deploy", 6, [](const json::value& input, const json::value&) {
    if (const json::value* script = Maybe(input, "script")) CheckAssembly(Hex(*script));
  });
  Each("vm", 1, [](const json::value& input, const json::value&) {
    std::string text;
    for (const json::value& line : input.at("example").at("script").as_array()) {
      text += Str(line) + "\n";
    }
    EXPECT_EQ(ToHex(Assemble(text).value()), Str(input.at("example").at("script_hex")));
  });
}

}  // namespace
}  // namespace nsl::neo
