// SPDX-License-Identifier: Apache-2.0
#include "chain_node.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "../api_client.h"
#include "../http.h"
#include "../profile.h"
#include "base/json.h"
#include "neo/nep2.h"

namespace nsl::cli {
namespace {

constexpr const char* kProtocol = R"(ProtocolConfiguration:
  Magic: {magic}
  MaxTraceableBlocks: 200000
  MaxValidUntilBlockIncrement: 5760
  MaxBlockSystemFee: 900000000000
  InitialGASSupply: 52000000
  TimePerBlock: {block_ms}ms
  Genesis:
    TimePerBlock: {block_ms}ms
  MemPoolSize: 50000
  StandbyCommittee:
    - 02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2
  ValidatorsCount: 1
  SeedList: []
  VerifyTransactions: true
  P2PSigExtensions: true
  StateRootInHeader: false
ApplicationConfiguration:
  SkipBlockVerification: false
  SaveInvocations: false
  DBConfiguration: {db}
  P2P: {{Addresses: ["127.0.0.1:0"], MinPeers: 0, MaxPeers: 10, AttemptConnPeers: 5, DialTimeout: 3s, ProtoTickInterval: 2s, PingInterval: 30s, PingTimeout: 90s}}
  Relay: true
  RPC: {{Enabled: true, Addresses: ["127.0.0.1:{port}"], MaxGasInvoke: 300, SessionEnabled: true, MempoolSubscriptionsEnabled: true, EnableCORSWorkaround: false}}
  Prometheus: {{Enabled: false, Addresses: ["127.0.0.1:0"]}}
  Pprof: {{Enabled: false, Addresses: ["127.0.0.1:0"]}}
  Consensus: {{Enabled: true, UnlockWallet: {{Path: "wallet.json", Password: "one"}}}}
  StateRoot: {{Enabled: false}}
  Oracle: {{Enabled: false}}
  P2PNotary: {{Enabled: false}}
)";

// NEP-6, the public test key of neo-go's single-node network, password "one".
constexpr const char* kPassword = "one";
constexpr const char* kEncryptedKey = "6PYM8VdX2BSm7BSXKzV4Fz6S3R9cDLLWNrD9nMjxW352jEv3fsC8N3wNLY";
constexpr const char* kWallet = R"({
 "version": "1.0",
 "accounts": [
  {"address": "Nhfg3TbpwogLvDGVvAvqyThbsHgoSUKwtn", "label": "",
   "key": "6PYM8VdX2BSm7BSXKzV4Fz6S3R9cDLLWNrD9nMjxW352jEv3fsC8N3wNLY", "isdefault": false, "lock": false,
   "contract": {"script": "DCECs2Ir9AF73+MXxYrtX0x1PyBrfbiWBG+n13S7xL9/jcJBVuezJw==",
    "parameters": [{"name": "parameter0", "type": "Signature"}], "deployed": false}},
  {"address": "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "label": "",
   "key": "6PYM8VdX2BSm7BSXKzV4Fz6S3R9cDLLWNrD9nMjxW352jEv3fsC8N3wNLY", "isdefault": false, "lock": false,
   "contract": {"script": "EQwhArNiK/QBe9/jF8WK7V9MdT8ga324lgRvp9d0u8S/f43CEUGe0Nw6",
    "parameters": [{"name": "parameter0", "type": "Signature"}], "deployed": false}}
 ],
 "scrypt": {"n": 16384, "r": 8, "p": 8},
 "extra": {"Tokens": null}
}
)";

}  // namespace

CliStatus WriteChainConfig(const std::string& folder, uint16_t rpc_port,
                           const ChainOptions& options) {
  std::string db = options.persistent ? "{Type: leveldb, LevelDBOptions: {DataDirectoryPath: \"" +
                                            folder + "/db\"}}"
                                      : "{Type: inmemory}";
  std::string text =
      fmt::format(kProtocol, fmt::arg("magic", kPrivateMagic), fmt::arg("db", db),
                  fmt::arg("port", rpc_port), fmt::arg("block_ms", options.block_ms));
  NSL_TRY_VOID(WriteFileAtomic(folder + "/protocol.yml", text, 0644));
  return WriteFileAtomic(folder + "/wallet.json", kWallet, 0644);
}

CliResult<crypto::P256PrivateKey> GenesisKey() {
  NSL_TRY(auto key, neo::DecryptNep2(kEncryptedKey, AsBytes(kPassword)));
  return key;
}

bool ChainAnswers(uint16_t rpc_port) {
  HttpClient http;
  auto answer = http.Send({.method = "POST",
                           .url = "http://127.0.0.1:" + std::to_string(rpc_port),
                           .headers = {"Content-Type: application/json"},
                           .body = R"({"jsonrpc":"2.0","id":1,"method":"getversion","params":[]})",
                           .timeout_ms = 1'000});
  if (!answer || answer->status != 200) return false;
  auto value = ParseJson(answer->body);
  if (!value || !value->is_object()) return false;
  const auto* result = value->as_object().if_contains("result");
  const auto* protocol = result == nullptr || !result->is_object()
                             ? nullptr
                             : result->as_object().if_contains("protocol");
  return protocol != nullptr && UintAt(*protocol, "network") == kPrivateMagic;
}

}  // namespace nsl::cli
