// SPDX-License-Identifier: Apache-2.0
#include "neo/nep6.h"

#include <algorithm>
#include <bit>
#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "base/codec.h"
#include "neo/base58.h"
#include "neo/nep2.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

constexpr std::string_view kVersion = "1.0";
constexpr uint8_t kNeo2AddressVersion = 0x17;
constexpr uint32_t kMaxScryptLanes = 64;
constexpr std::string_view kTypes[] = {"Any",       "Boolean", "Integer", "ByteArray",
                                       "String",    "Hash160", "Hash256", "PublicKey",
                                       "Signature", "Array",   "Map",     "InteropInterface"};

struct WireScrypt {
  uint64_t n = 0;
  uint32_t r = 0;
  uint32_t p = 0;
};
BOOST_DESCRIBE_STRUCT(WireScrypt, (), (n, r, p))

struct WireParameter {
  std::string name;
  std::string type;
};
BOOST_DESCRIBE_STRUCT(WireParameter, (), (name, type))

struct WireContract {
  std::optional<Bytes> script;
  std::vector<WireParameter> parameters;
  bool deployed = false;
};
BOOST_DESCRIBE_STRUCT(WireContract, (), (script, parameters, deployed))

struct WireAccount {
  std::string address;
  std::optional<std::string> label;
  bool is_default = false;
  bool lock = false;
  std::optional<std::string> key;
  std::optional<WireContract> contract;
  RawJson extra;
  static constexpr std::string_view kDefaulted[] = {"extra"};
};
BOOST_DESCRIBE_STRUCT(WireAccount, (), (address, label, is_default, lock, key, contract, extra))

struct WireWallet {
  std::optional<std::string> name;
  std::string version;
  WireScrypt scrypt;
  std::vector<WireAccount> accounts;
  RawJson extra;
  static constexpr std::string_view kDefaulted[] = {"extra"};
};
BOOST_DESCRIBE_STRUCT(WireWallet, (), (name, version, scrypt, accounts, extra))

std::unexpected<Error> Refuse(const std::string& pointer, const std::string& what) {
  return Fail(Reason::kChainInvalid, "the wallet file, " + pointer + ": " + what);
}

bool IsNeo2Address(const json::value& account) {
  const json::object* object = account.if_object();
  const json::value* address = object == nullptr ? nullptr : object->if_contains("address");
  if (address == nullptr || !address->is_string()) return false;
  auto raw = FromBase58Check(std::string_view(address->get_string()));
  return raw && raw->size() == 21 && (*raw)[0] == kNeo2AddressVersion;
}

// Before the members are looked at: scripts of Neo 2 files are hexadecimal and give odd errors.
bool IsNeo2File(const json::value& file) {
  const json::object* object = file.if_object();
  const json::value* accounts = object == nullptr ? nullptr : object->if_contains("accounts");
  if (accounts == nullptr || !accounts->is_array()) return false;
  return std::ranges::any_of(accounts->get_array(), IsNeo2Address);
}

Result<crypto::ScryptParams> ReadScrypt(const WireScrypt& in) {
  bool fits = in.n > 1 && std::has_single_bit(in.n) && in.r > 0 && in.p > 0 &&
              in.p <= kMaxScryptLanes && in.n <= crypto::kScryptMaxMemory &&
              in.n * in.r <= crypto::kScryptMaxMemory / 128;
  if (!fits) {
    return Refuse("/scrypt",
                  "n is a power of two, p lies from 1 to 64, and 128 * n * r is at most 256 MiB");
  }
  return crypto::ScryptParams{.n = in.n, .r = in.r, .p = in.p};
}

Status CheckScript(const WalletContract& contract, const ScriptHash& account,
                   const std::string& at) {
  if (contract.deployed) return {};
  if (HashOfScript(contract.script) != account) {
    return Refuse(at + "/script", "the address of this script is " +
                                      ToAddress(HashOfScript(contract.script)) +
                                      ", not that of the account");
  }
  auto standard = ParseVerificationScript(contract.script);
  if (!standard) return {};
  bool signatures = std::ranges::all_of(
      contract.parameters, [](const WalletParameter& p) { return p.type == "Signature"; });
  if (!signatures || contract.parameters.size() != standard->signatures()) {
    return Refuse(at + "/parameters", "the script asks for " +
                                          std::to_string(standard->signatures()) +
                                          " parameters of the type Signature");
  }
  return {};
}

Result<WalletContract> ReadContract(WireContract in, const ScriptHash& account,
                                    const std::string& at) {
  WalletContract out{.deployed = in.deployed};
  if (in.script) out.script = *std::move(in.script);
  if (out.script.empty() && !in.deployed) return Refuse(at + "/script", "is missing or empty");
  for (size_t i = 0; i < in.parameters.size(); ++i) {
    if (std::ranges::find(kTypes, in.parameters[i].type) == std::end(kTypes)) {
      return Refuse(at + "/parameters/" + std::to_string(i) + "/type",
                    "is no type of a contract's parameter");
    }
    out.parameters.push_back({std::move(in.parameters[i].name), std::move(in.parameters[i].type)});
  }
  NSL_TRY_VOID(CheckScript(out, account, at));
  return out;
}

Result<WalletAccount> ReadAccount(WireAccount in, const std::string& at) {
  auto account = ScriptHashFromAddress(in.address);
  if (!account) return Refuse(at + "/address", account.error().detail);
  WalletAccount out{.account = *account,
                    .label = std::move(in.label),
                    .is_default = in.is_default,
                    .lock = in.lock,
                    .extra = std::move(in.extra.text)};
  // Some wallets write an empty text for an account without a key.
  if (in.key && !in.key->empty()) {
    if (auto key = CheckNep2Text(*in.key); !key) return Refuse(at + "/key", key.error().detail);
    out.nep2 = *std::move(in.key);
  }
  if (in.contract) {
    NSL_TRY(out.contract, ReadContract(*std::move(in.contract), *account, at + "/contract"));
  }
  return out;
}

Result<WalletFile> ReadWallet(WireWallet in) {
  if (in.version != kVersion) return Refuse("/version", "is not 1.0, the one version of NEP-6");
  WalletFile out{.name = std::move(in.name), .extra = std::move(in.extra.text)};
  NSL_TRY(out.scrypt, ReadScrypt(in.scrypt));
  std::set<ScriptHash> seen;
  for (size_t i = 0; i < in.accounts.size(); ++i) {
    std::string at = "/accounts/" + std::to_string(i);
    NSL_TRY(WalletAccount account, ReadAccount(std::move(in.accounts[i]), at));
    if (!seen.insert(account.account).second) return Refuse(at + "/address", "is named twice");
    out.accounts.push_back(std::move(account));
  }
  return out;
}

WireAccount ToWire(const WalletAccount& in) {
  WireAccount out{.address = ToAddress(in.account),
                  .label = in.label,
                  .is_default = in.is_default,
                  .lock = in.lock,
                  .key = in.nep2,
                  .contract = std::nullopt,
                  .extra = {in.extra}};
  if (!in.contract) return out;
  WireContract& contract = out.contract.emplace();
  if (!in.contract->script.empty()) contract.script = in.contract->script;
  contract.deployed = in.contract->deployed;
  for (const WalletParameter& p : in.contract->parameters) {
    contract.parameters.push_back({p.name, p.type});
  }
  return out;
}

}  // namespace

Result<WalletFile> ParseNep6(std::string_view text) {
  auto value = ParseJson(text, {.bytes = kMaxWalletFileBytes});
  if (!value) return Fail(Reason::kChainInvalid, "the wallet file: " + value.error().detail);
  if (IsNeo2File(*value)) {
    return Fail(Reason::kChainInvalid,
                "this is a wallet file of Neo 2, whose addresses start with A: move its keys to a "
                "wallet of Neo N3 first");
  }
  auto wire = FromJsonValue<WireWallet>(*value);
  if (!wire) return Fail(Reason::kChainInvalid, "the wallet file, " + wire.error().detail);
  return ReadWallet(*std::move(wire));
}

Result<std::string> WriteNep6(const WalletFile& wallet) {
  WireWallet out{.name = wallet.name,
                 .version = std::string(kVersion),
                 .scrypt = {wallet.scrypt.n, wallet.scrypt.r, wallet.scrypt.p},
                 .accounts = {},
                 .extra = {wallet.extra}};
  for (const WalletAccount& account : wallet.accounts) out.accounts.push_back(ToWire(account));
  std::string text = ToJson(out);
  NSL_TRY_VOID(ParseNep6(text));
  return text;
}

WalletAccount StandardWalletAccount(ByteView single_key_script, std::string nep2) {
  return {.account = HashOfScript(single_key_script),
          .label = std::nullopt,
          .nep2 = std::move(nep2),
          .contract = WalletContract{.script = ToBytes(single_key_script),
                                     .parameters = {{"signature", "Signature"}}},
          .extra = {}};
}

}  // namespace nsl::neo
