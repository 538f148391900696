// SPDX-License-Identifier: Apache-2.0
//
// The protocol library in numbers. `nsl-bench-neo make` prints the material that every side of the
// comparison works on; `nsl-bench-neo run FILE MILLISECONDS` prints, for each operation,
// nanoseconds and a value that only doing the work can give, so that the sides can be held against
// each other.
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"
#include "base/random.h"
#include "neo/block.h"
#include "neo/script_builder.h"
#include "neo/script_hash.h"
#include "neo/signing.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr uint32_t kMagic = 42;
constexpr size_t kTransactions = 500;
constexpr size_t kFileBytes = size_t{4} << 20;

template <class T>
T Must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "nsl-bench-neo: %s\n", result.error().ToString().c_str());
  std::exit(1);
}

crypto::P256PrivateKey FixedKey() {
  ByteArray<32> scalar{};
  scalar.fill(0x2a);
  return Must(crypto::P256PrivateKey::FromScalar(scalar));
}

// A GAS transfer with its witness, as blocks are full of.
Transaction Transfer(const crypto::P256PrivateKey& key, uint32_t nonce) {
  PublicKey owner(key.PublicKey());
  ScriptHash from = AccountOf(owner);
  ScriptHash to = from;
  to.bytes[0] ^= static_cast<uint8_t>(nonce);
  ScriptHash gas = Must(ScriptHashFromText("0xd2a4cff31913016155e38e474a2c06d08be276cf"));
  ScriptBuilder builder;
  builder.PushNull().PushInteger(Integer(int64_t{100'000'000} + nonce));
  builder.PushData(to.bytes).PushData(from.bytes).PushInteger(Integer(int64_t{4}));
  builder.Op(Opcode::kPACK).PushInteger(Integer(int64_t{15})).PushText("transfer");
  builder.PushData(gas.bytes).Syscall("System.Contract.Call").Assert();
  Transaction tx;
  tx.nonce = nonce;
  tx.system_fee = 997'775;
  tx.network_fee = 123'652;
  tx.valid_until_block = 5'000;
  tx.signers.resize(1);
  tx.signers[0].account = from;
  tx.script = Must(builder.Take());
  tx.witnesses.push_back(Must(SingleKeyWitness(key, kMagic, TransactionHash(tx).bytes)));
  return tx;
}

Block FullBlock(const crypto::P256PrivateKey& key) {
  Block block;
  block.header = GenesisHeader(AccountOf(PublicKey(key.PublicKey())));
  block.header.index = 4'000;
  std::vector<Uint256> hashes;
  for (uint32_t i = 0; i < kTransactions; ++i) {
    block.transactions.push_back(Transfer(key, i));
    hashes.push_back(TransactionHash(block.transactions.back()));
  }
  block.header.merkle_root = MerkleRoot(hashes);
  return block;
}

void Make() {
  crypto::P256PrivateKey key = FixedKey();
  Block block = FullBlock(key);
  Writer writer;
  Write(writer, block);
  Writer one;
  Write(one, block.transactions[7]);
  ByteArray<32> id = TransactionHash(block.transactions[7]).bytes;
  json::object out;
  out["magic"] = kMagic;
  out["key"] = ToHex(key.Scalar().view());
  out["publicKey"] = PublicKey(key.PublicKey()).ToText();
  out["id"] = ToHex(id);
  out["signature"] = ToHex(Must(SignTransaction(key, kMagic, id)));
  out["address"] = AddressOf(PublicKey(key.PublicKey()));
  out["transaction"] = ToHex(one.view());
  out["block"] = ToHex(writer.view());
  std::string text;
  AppendJson(out, text);
  std::puts(text.c_str());
}

// Nanoseconds of one call of `work`; `proof` is what its last call gave.
template <class F>
json::object Measure(std::chrono::milliseconds time, F work) {
  std::string proof = work();
  uint64_t count = 0;
  uint64_t batch = 1;
  Clock::time_point begin = Clock::now();
  Clock::duration took{};
  while (took < time) {
    for (uint64_t i = 0; i < batch; ++i) proof = work();
    count += batch;
    took = Clock::now() - begin;
    if (took < time / 16) batch *= 2;
  }
  double ns = std::chrono::duration<double, std::nano>(took).count() / static_cast<double>(count);
  return {{"ns", ns}, {"proof", proof}};
}

int Run(const char* path, std::chrono::milliseconds time) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  json::value given = Must(ParseJson(text, {.bytes = kFileBytes}));
  auto bytes = [&](const char* name) {
    std::optional<Bytes> value = FromHex(given.at(name).as_string());
    NSL_CHECK(value.has_value());
    return std::move(*value);
  };
  auto key = Must(crypto::P256PrivateKey::FromScalar(bytes("key")));
  ByteArray<32> id = *ToArray<32>(bytes("id"));
  SignData data = TransactionSignData(kMagic, id);
  Bytes signature = bytes("signature");
  Bytes block = bytes("block");
  Bytes transaction = bytes("transaction");
  std::string address(given.at("address").as_string());
  json::object out;
  // Each signature is verified before it is handed out.
  out["sign"] =
      Measure(time, [&] { return ToHex(Must(SignTransaction(key, kMagic, id))).substr(0, 128); });
  out["verify"] = Measure(
      time, [&] { return std::string(key.PublicKey().Verify(data, signature) ? "good" : "bad"); });
  out["block"] = Measure(time, [&] {
    Block read = Must(DecodeBlock(block));
    return std::to_string(read.transactions.size()) + " " + ToText(BlockHash(read.header));
  });
  out["transaction"] =
      Measure(time, [&] { return ToText(TransactionHash(Must(DecodeTransaction(transaction)))); });
  out["base58"] = Measure(time, [&] { return ToAddress(Must(ScriptHashFromAddress(address))); });
  text.clear();
  AppendJson(out, text);
  std::puts(text.c_str());
  return 0;
}

}  // namespace
}  // namespace nsl::neo

int main(int argc, char** argv) {
  std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "make" && argc == 2) {
    nsl::neo::Make();
    return 0;
  }
  if (verb == "run" && argc == 4) {
    return nsl::neo::Run(argv[2], std::chrono::milliseconds(std::strtol(argv[3], nullptr, 10)));
  }
  std::fprintf(stderr, "usage: nsl-bench-neo make | nsl-bench-neo run FILE MILLISECONDS\n");
  return 2;
}
