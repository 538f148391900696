// SPDX-License-Identifier: Apache-2.0
#include "neo/mpt_proof.h"

#include <gtest/gtest.h>

#include <map>

#include "crypto/hash.h"
#include "neo/key_test_util.h"

namespace nsl::neo {
namespace {

// Nodes as the header describes them.
Bytes Leaf(ByteView value) {
  Bytes out{0x02, static_cast<uint8_t>(value.size())};
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

void AppendHash(Bytes& out, const Bytes& node) {
  Hash256 hash = crypto::Hash256(node);
  out.push_back(0x03);
  out.insert(out.end(), hash.begin(), hash.end());
}

Bytes Extension(const Bytes& part, const Bytes& child) {
  Bytes out{0x01, static_cast<uint8_t>(part.size())};
  out.insert(out.end(), part.begin(), part.end());
  AppendHash(out, child);
  return out;
}

Bytes Branch(const std::map<int, Bytes>& children) {
  Bytes out{0x00};
  for (int i = 0; i < 17; ++i) {
    if (auto child = children.find(i); child != children.end()) {
      AppendHash(out, child->second);
    } else {
      out.push_back(0x04);
    }
  }
  return out;
}

Hash256 HashOf(const Bytes& node) { return crypto::Hash256(node); }

std::string ErrorOf(const Hash256& root, ByteView key, const std::vector<Bytes>& nodes) {
  auto value = VerifyMptProof(root, key, nodes);
  if (value) return "accepted";
  EXPECT_EQ(value.error().reason, Reason::kChainInvalid);
  return value.error().detail;
}

// ac: "short"; ac01: "long".
struct Trie {
  Bytes short_leaf = Leaf(AsBytes("short"));
  Bytes long_leaf = Leaf(AsBytes("long"));
  Bytes extension = Extension({1}, long_leaf);
  Bytes branch = Branch({{0, extension}, {16, short_leaf}});
  Bytes top = Extension({0xa, 0xc}, branch);
  Hash256 root = HashOf(top);
  std::vector<Bytes> short_proof{top, branch, short_leaf};
  std::vector<Bytes> long_proof{top, branch, extension, long_leaf};
};

TEST(MptProof, GivesTheValueUnderTheRoot) {
  Trie t;
  EXPECT_EQ(VerifyMptProof(t.root, Hex("ac"), t.short_proof), ToBytes(AsBytes("short")));
  EXPECT_EQ(VerifyMptProof(t.root, Hex("ac01"), t.long_proof), ToBytes(AsBytes("long")));
}

TEST(MptProof, RefusesOtherRootsKeysAndChoicesOfNodes) {
  Trie t;
  EXPECT_NE(ErrorOf(HashOf(t.branch), Hex("ac"), t.short_proof).find("node 0: its hash"),
            std::string::npos);
  for (const char* key : {"", "ab", "ac02", "ac0100", "ac11", "a0"}) {
    EXPECT_NE(ErrorOf(t.root, Hex(key), t.long_proof), "accepted") << key;
    EXPECT_NE(ErrorOf(t.root, Hex(key), t.short_proof), "accepted") << key;
  }
  EXPECT_NE(ErrorOf(t.root, Hex("ac"), t.long_proof), "accepted");
  EXPECT_NE(ErrorOf(t.root, Hex("ac01"), t.short_proof), "accepted");
  EXPECT_EQ(ErrorOf(t.root, Hex("ac"), {}), "the state proof: it ends before the leaf");
  EXPECT_EQ(ErrorOf(t.root, Hex("ac"), {t.top, t.branch}),
            "the state proof: it ends before the leaf");
  EXPECT_EQ(ErrorOf(t.root, Hex("ac"), {t.top, t.branch, t.short_leaf, t.short_leaf}),
            "the state proof: there are nodes behind the leaf");
  EXPECT_NE(ErrorOf(t.root, Hex("ac"), {t.branch, t.top, t.short_leaf}), "accepted");
}

TEST(MptProof, EachFlippedByteIsRefused) {
  Trie t;
  for (size_t n = 0; n < t.long_proof.size(); ++n) {
    for (size_t i = 0; i < t.long_proof[n].size(); ++i) {
      std::vector<Bytes> altered = t.long_proof;
      altered[n][i] ^= 0x01;
      EXPECT_NE(ErrorOf(t.root, Hex("ac01"), altered), "accepted");
    }
  }
}

// Under a root that someone made: the hash fits, the node does not.
TEST(MptProof, RefusesNodesOfOtherForms) {
  Bytes leaf = Leaf({});
  Bytes tail = leaf;
  tail.push_back(0);
  Bytes no_child = Extension({0, 1}, leaf);
  no_child.resize(4);
  no_child.push_back(0x04);
  Bytes inline_child = Branch({});
  inline_child[1] = 0x02;
  Bytes cut = Branch({{0, leaf}});
  cut.pop_back();
  for (const Bytes& node :
       {tail, Bytes{0x02, 0xfd, 0x00, 0x00}, Bytes{0x02, 0xff, 0, 0, 0, 0, 0, 0, 0, 0},
        Bytes{0x02, 0x01}, Bytes{0x02}, Bytes{0x03}, Bytes{0x04}, Bytes{0x05}, Bytes{}, no_child,
        inline_child, cut, Extension({}, leaf), Extension(Bytes(137), leaf),
        Extension({0, 1, 0}, leaf)}) {
    EXPECT_NE(ErrorOf(HashOf(node), {}, {node, leaf}), "accepted") << ToHex(node);
    EXPECT_NE(ErrorOf(HashOf(node), {}, {node}), "accepted") << ToHex(node);
    EXPECT_NE(ErrorOf(HashOf(node), Hex("01"), {node, leaf}), "accepted") << ToHex(node);
  }
}

TEST(MptProof, TheEndOfAKeyIsFollowedByALeaf) {
  Bytes leaf = Leaf(AsBytes("v"));
  Bytes inner = Branch({{16, leaf}});
  Bytes outer = Branch({{16, inner}});
  EXPECT_NE(ErrorOf(HashOf(outer), {}, {outer, inner, leaf}).find("a leaf should stand here"),
            std::string::npos);
  EXPECT_EQ(ErrorOf(HashOf(inner), {}, {inner, leaf}), "accepted");
}

TEST(MptProof, TheLongestPathIsTakenAndNoLongerOne) {
  std::vector<Bytes> nodes{Leaf(AsBytes("deep"))};
  for (size_t i = 0; i < 2 * kMaxMptKeyBytes; ++i) {
    nodes.insert(nodes.begin(), Branch({{0, nodes.front()}}));
  }
  EXPECT_EQ(nodes.size(), kMaxMptProofNodes);
  EXPECT_EQ(ErrorOf(HashOf(nodes[0]), Bytes(kMaxMptKeyBytes), nodes), "accepted");
  nodes.insert(nodes.begin(), Branch({{0, nodes.front()}}));
  EXPECT_NE(ErrorOf(HashOf(nodes[0]), Bytes(kMaxMptKeyBytes), nodes), "accepted");
  EXPECT_NE(ErrorOf(HashOf(nodes[0]), Bytes(kMaxMptKeyBytes + 1), nodes), "accepted");
  EXPECT_NE(ErrorOf({}, {}, std::vector<Bytes>(10'000)), "accepted");
}

TEST(MptProof, BytesReadBackAndEachCutIsRefused) {
  Trie t;
  MptProof proof{.key = MptKey(-5, Hex("ac01")), .nodes = t.long_proof};
  EXPECT_EQ(ToHex(proof.key), "fbffffffac01");
  Bytes bytes = WriteMptProof(proof);
  auto back = ParseMptProof(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->key, proof.key);
  EXPECT_EQ(back->nodes, proof.nodes);
  for (size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(ParseMptProof(ByteView(bytes).first(i)));
  bytes.push_back(0);
  EXPECT_FALSE(ParseMptProof(bytes));
  EXPECT_FALSE(
      ParseMptProof(Hex("fd010000"
                        "00")));
  EXPECT_FALSE(ParseMptProof(Hex("008a")));
}

TEST(MptProof, ALargeValueReadsBack) {
  Bytes node{0x02, 0xfd, 0xff, 0xff};
  node.resize(node.size() + kMaxMptValueBytes, 0x61);
  MptProof proof{.key = {}, .nodes = {node}};
  auto back = ParseMptProof(WriteMptProof(proof));
  ASSERT_TRUE(back);
  EXPECT_EQ(VerifyMptProof(HashOf(node), {}, back->nodes)->size(), kMaxMptValueBytes);
}

}  // namespace
}  // namespace nsl::neo
