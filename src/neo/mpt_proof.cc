// SPDX-License-Identifier: Apache-2.0
#include "neo/mpt_proof.h"

#include <algorithm>
#include <optional>

#include "crypto/hash.h"

namespace nsl::neo {
namespace {

constexpr uint8_t kBranch = 0x00;
constexpr uint8_t kExtension = 0x01;
constexpr uint8_t kLeaf = 0x02;
constexpr uint8_t kHash = 0x03;
constexpr uint8_t kEmpty = 0x04;
// One for each half byte, and one for a key that ends here.
constexpr size_t kChildren = 17;
constexpr size_t kValueChild = 16;
// A leaf with its type and length; branches are smaller.
constexpr size_t kMaxNodeBytes = kMaxMptValueBytes + 4;

class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  bool AtEnd() const { return in_.empty(); }

  std::optional<uint8_t> Byte() {
    auto one = Take(1);
    return one ? std::optional((*one)[0]) : std::nullopt;
  }

  // In its shortest form and at most `most`, which is below 2^32.
  std::optional<size_t> VarInt(size_t most) {
    std::optional<uint8_t> first = Byte();
    if (!first) return std::nullopt;
    size_t value = *first;
    if (value >= 0xfd) {
      size_t width = value == 0xfd ? 2 : value == 0xfe ? 4 : 0;
      std::optional<ByteView> rest = Take(width);
      if (width == 0 || !rest) return std::nullopt;
      value = 0;
      for (size_t i = width; i > 0; --i) value = value << 8 | (*rest)[i - 1];
      if (value < (width == 2 ? 0xfdu : 0x1'0000u)) return std::nullopt;
    }
    return value <= most ? std::optional(value) : std::nullopt;
  }

  std::optional<ByteView> VarBytes(size_t most) {
    std::optional<size_t> size = VarInt(most);
    return size ? Take(*size) : std::nullopt;
  }

  std::optional<ByteView> Take(size_t n) {
    if (in_.size() < n) return std::nullopt;
    ByteView out = in_.first(n);
    in_ = in_.subspan(n);
    return out;
  }

 private:
  ByteView in_;
};

void AppendVarBytes(Bytes& out, ByteView bytes) {
  size_t size = bytes.size();
  size_t width = size < 0xfd ? 1 : size <= UINT16_MAX ? 2 : 4;
  if (width > 1) out.push_back(width == 2 ? 0xfd : 0xfe);
  for (size_t i = 0; i < width; ++i) out.push_back(static_cast<uint8_t>(size >> (8 * i)));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::optional<Hash256> ReadHash(Reader& in) {
  std::optional<ByteView> raw = in.Take(32);
  return raw ? ToArray<32>(*raw) : std::nullopt;
}

// The walk from the root to the leaf. An empty text is success.
class Walk {
 public:
  Walk(const Hash256& root, ByteView key) : expected_(root) {
    for (uint8_t byte : key) {
      path_.push_back(byte >> 4);
      path_.push_back(byte & 0x0f);
    }
  }

  bool done() const { return value_.has_value(); }
  Bytes TakeValue() { return *std::move(value_); }

  std::string Step(ByteView node) {
    if (crypto::Hash256(node) != expected_) return "its hash is not the one above it";
    Reader in(node);
    std::optional<uint8_t> type = in.Byte();
    std::string wrong = "it is of no known type";
    if (type == kBranch) wrong = Branch(in);
    if (type == kExtension) wrong = Extension(in);
    if (type == kLeaf) wrong = Leaf(in);
    if (wrong.empty() && !in.AtEnd()) wrong = "there are bytes behind its end";
    return wrong;
  }

 private:
  std::string Branch(Reader& in) {
    if (leaf_due_) return "a leaf should stand here";
    size_t wanted = at_ < path_.size() ? path_[at_] : kValueChild;
    bool found = false;
    for (size_t i = 0; i < kChildren; ++i) {
      std::optional<uint8_t> type = in.Byte();
      std::optional<Hash256> hash = type == kHash ? ReadHash(in) : std::nullopt;
      if (!hash && type != kEmpty)
        return "child " + std::to_string(i) + " is neither hash nor none";
      if (i != wanted || !hash) continue;
      expected_ = *hash;
      found = true;
    }
    if (!found) return "the key leaves the trie here";
    if (wanted == kValueChild) {
      leaf_due_ = true;
    } else {
      ++at_;
    }
    return {};
  }

  std::string Extension(Reader& in) {
    if (leaf_due_) return "a leaf should stand here";
    std::optional<ByteView> part = in.VarBytes(2 * kMaxMptKeyBytes);
    if (!part || part->empty()) return "its part of the key is empty or too long";
    if (!std::ranges::equal(*part, ByteView(path_).subspan(at_).first(
                                       std::min(part->size(), path_.size() - at_)))) {
      return "the key leaves the trie here";
    }
    std::optional<uint8_t> type = in.Byte();
    std::optional<Hash256> hash = type == kHash ? ReadHash(in) : std::nullopt;
    if (!hash) return "its child is no hash";
    at_ += part->size();
    expected_ = *hash;
    return {};
  }

  std::string Leaf(Reader& in) {
    std::optional<ByteView> value = in.VarBytes(kMaxMptValueBytes);
    if (!value) return "its value is cut off or too long";
    if (at_ != path_.size()) return "it is a leaf before the end of the key";
    value_ = ToBytes(*value);
    return {};
  }

  Hash256 expected_;
  // Half bytes of the key, and how many are behind us.
  Bytes path_;
  size_t at_ = 0;
  // After the last child of a branch the key has ended.
  bool leaf_due_ = false;
  std::optional<Bytes> value_;
};

std::unexpected<Error> Refuse(const std::string& what) {
  return Fail(Reason::kChainInvalid, "the state proof: " + what);
}

}  // namespace

Bytes MptKey(int32_t contract_id, ByteView key) {
  Bytes out;
  auto id = static_cast<uint32_t>(contract_id);
  for (size_t i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(id >> (8 * i)));
  out.insert(out.end(), key.begin(), key.end());
  return out;
}

Result<MptProof> ParseMptProof(ByteView bytes) {
  Reader in(bytes);
  MptProof out;
  std::optional<ByteView> key = in.VarBytes(kMaxMptKeyBytes);
  if (!key) return Refuse("its key is cut off or longer than 68 bytes");
  out.key = ToBytes(*key);
  std::optional<size_t> count = in.VarInt(kMaxMptProofNodes);
  if (!count) return Refuse("the number of its nodes is missing or above 137");
  for (size_t i = 0; i < *count; ++i) {
    std::optional<ByteView> node = in.VarBytes(kMaxNodeBytes);
    if (!node) return Refuse("node " + std::to_string(i) + " is cut off or too long");
    out.nodes.push_back(ToBytes(*node));
  }
  if (!in.AtEnd()) return Refuse("there are bytes behind its end");
  return out;
}

Bytes WriteMptProof(const MptProof& proof) {
  NSL_CHECK(proof.key.size() <= kMaxMptKeyBytes && proof.nodes.size() <= kMaxMptProofNodes);
  Bytes out;
  AppendVarBytes(out, proof.key);
  out.push_back(static_cast<uint8_t>(proof.nodes.size()));
  for (const Bytes& node : proof.nodes) AppendVarBytes(out, node);
  return out;
}

Result<Bytes> VerifyMptProof(const Hash256& root, ByteView key, const std::vector<Bytes>& nodes) {
  if (key.size() > kMaxMptKeyBytes) return Refuse("the key is longer than 68 bytes");
  if (nodes.size() > kMaxMptProofNodes) return Refuse("it has more than 137 nodes");
  Walk walk(root, key);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (walk.done()) return Refuse("there are nodes behind the leaf");
    std::string wrong = walk.Step(nodes[i]);
    if (!wrong.empty()) return Refuse("node " + std::to_string(i) + ": " + wrong);
  }
  if (!walk.done()) return Refuse("it ends before the leaf");
  return walk.TakeValue();
}

}  // namespace nsl::neo
