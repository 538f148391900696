// SPDX-License-Identifier: Apache-2.0
//
// neo message sign, verify; neo proof verify: no system, no network.
#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>

#include "base/random.h"
#include "neo/message.h"
#include "neo/mpt_proof.h"
#include "neo/uint256.h"
#include "neo_input.h"
#include "neo_secret.h"
#include "neo_verbs.h"

namespace nsl::cli {
namespace {

// Wallets name them in many ways; these are the words of neo/message.h.
constexpr std::string_view kLayouts =
    "classic, classic-no-salt, plain, fake-transaction, replay-safe, authentication, "
    "authentication-2021, authentication-neoline";

struct MessageOptions {
  std::string text;
  std::string file;
  std::string layout = "classic";
  std::string salt;
  std::string network;
  std::string domain;
  std::string nonce;
  std::string timestamp;
  std::string key;
  std::string signature;
  KeySource source;
};

struct ProofOptions {
  std::string proof;
  std::string root;
  std::optional<int32_t> contract;
  std::string key;
};

bool IsAuthentication(const MessageOptions& options) {
  return options.layout.starts_with("authentication");
}

CliResult<uint64_t> ReadNumber(const std::string& option, const std::string& text, uint64_t max) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max) {
    return Usage(option + ": a whole number from 0 to " + std::to_string(max) +
                 " is needed for this layout");
  }
  return value;
}

CliResult<neo::AuthenticationChallenge> ReadChallenge(const MessageOptions& options) {
  if (!options.text.empty() || !options.file.empty()) {
    return Usage("the layout " + options.layout + " signs no text of its own; leave it out");
  }
  if (options.network.empty()) return Usage("--network: the challenge names one");
  NSL_TRY(uint32_t network, ReadNetwork(options.network));
  NSL_TRY(uint64_t nonce, ReadNumber("--nonce", options.nonce, UINT64_MAX));
  NSL_TRY(uint64_t timestamp, ReadNumber("--timestamp", options.timestamp, UINT32_MAX));
  return neo::AuthenticationChallenge{.network = network,
                                      .nonce = nonce,
                                      .timestamp = static_cast<uint32_t>(timestamp),
                                      .domain = options.domain};
}

CliResult<std::string> ReadText(const MessageOptions& options) {
  if (options.text.empty() == options.file.empty()) {
    return Usage("give the message as TEXT or with --file, one of them");
  }
  if (options.file.empty()) return options.text;
  return ReadNeoContent(options.file, neo::kMaxMessageText);
}

std::optional<std::string_view> SaltOf(const MessageOptions& options) {
  if (options.salt.empty()) return std::nullopt;
  return options.salt;
}

CliResult<neo::WalletMessage> AuthenticationOf(const MessageOptions& options,
                                               const neo::ScriptHash& account) {
  NSL_TRY(auto challenge, ReadChallenge(options));
  if (options.layout == "authentication") {
    NSL_TRY(auto message, AsInput(neo::SignableMessage::Authentication(challenge, account)));
    return message;
  }
  if (options.layout == "authentication-2021") {
    return neo::WalletMessage::Authentication2021(challenge, account);
  }
  return neo::WalletMessage::AuthenticationNeoLine(challenge, account);
}

CliResult<neo::WalletMessage> TextMessageOf(const MessageOptions& options) {
  NSL_TRY(std::string text, ReadText(options));
  const std::string& layout = options.layout;
  bool salted = layout != "classic-no-salt" && layout != "plain";
  if (!salted && !options.salt.empty()) {
    return Usage("--salt: the layout " + layout + " signs none; leave it out");
  }
  if (layout == "classic") {
    NSL_TRY(auto message, AsInput(neo::SignableMessage::Classic(options.salt, text)));
    return message;
  }
  if (layout == "classic-no-salt") return AsInput(neo::WalletMessage::ClassicWithoutSalt(text));
  if (layout == "plain") return AsInput(neo::WalletMessage::Plain(text));
  if (layout == "fake-transaction") {
    return AsInput(neo::WalletMessage::FakeTransaction(SaltOf(options), text));
  }
  if (options.network.empty()) return Usage("--network: the layout replay-safe names one");
  NSL_TRY(uint32_t network, ReadNetwork(options.network));
  return AsInput(neo::WalletMessage::ReplaySafe(network, options.salt, text));
}

CliStatus CheckLayout(const std::string& layout) {
  std::string list = ", " + std::string(kLayouts) + ",";
  if (layout.find(',') == std::string::npos &&
      list.find(", " + layout + ",") != std::string::npos) {
    return {};
  }
  return Usage("--layout: '" + Printable(layout, false) + "' is none of " + std::string(kLayouts));
}

CliStatus VerifyMessage(Cli& cli, const MessageOptions& options) {
  NSL_TRY_VOID(CheckLayout(options.layout));
  if (IsSecretText(options.key)) return SecretOnCommandLine();
  NSL_TRY(auto key, AsInput(neo::PublicKey::FromText(options.key)));
  NSL_TRY(auto signature, ReadSignature(options.signature));
  neo::ScriptHash account = neo::AccountOf(key);
  CliResult<neo::WalletMessage> made =
      IsAuthentication(options) ? AuthenticationOf(options, account) : TextMessageOf(options);
  NSL_TRY(auto message, std::move(made));
  if (!message.SignedBy(key, signature)) {
    return FailWith("cli.invalid", "the signature is not that of " + key.ToText() +
                                       " on this message in the layout " + options.layout);
  }
  // The address comes from the key alone: nobody's word for it counts.
  std::string address = neo::AddressOf(key);
  if (cli.json) {
    cli.term().Json(boost::json::object{{"valid", true},
                                        {"layout", options.layout},
                                        {"publicKey", key.ToText()},
                                        {"address", address}});
  } else {
    cli.term().Line("valid  signed by " + address);
  }
  return {};
}

CliResult<neo::SignableMessage> SignableOf(const MessageOptions& options,
                                           const neo::ScriptHash& account) {
  if (options.layout == "classic") {
    NSL_TRY(std::string text, ReadText(options));
    return AsInput(neo::SignableMessage::Classic(options.salt, text));
  }
  NSL_TRY(auto challenge, ReadChallenge(options));
  return AsInput(neo::SignableMessage::Authentication(challenge, account));
}

CliStatus SignMessage(Cli& cli, MessageOptions options) {
  NSL_TRY_VOID(CheckLayout(options.layout));
  if (options.layout != "classic" && options.layout != "authentication") {
    return Usage("--layout: " + options.layout +
                 " is only verified: what it signs could be a transaction; give classic or "
                 "authentication");
  }
  SystemRandom random;
  if (options.layout == "classic" && options.salt.empty()) {
    options.salt = ToHex(random.Draw(neo::kMessageSaltText / 2));
  }
  NSL_TRY(auto key, ReadPrivateKey(options.source));
  neo::PublicKey pub(key.PublicKey());
  NSL_TRY(auto message, SignableOf(options, neo::AccountOf(pub)));
  NSL_TRY(auto signature, AsInput(message.SignWith(key)));
  if (cli.json) {
    boost::json::object out{{"layout", options.layout},
                            {"publicKey", pub.ToText()},
                            {"address", neo::AddressOf(pub)},
                            {"signature", ToHex(signature)}};
    if (!options.salt.empty()) out["salt"] = options.salt;
    cli.term().Json(out);
    return {};
  }
  std::vector<std::vector<std::string>> rows{{"public key", pub.ToText()},
                                             {"address", neo::AddressOf(pub)},
                                             {"signature", ToHex(signature)}};
  if (!options.salt.empty()) rows.push_back({"salt", options.salt});
  cli.term().Table({"FIELD", "VALUE"}, rows);
  return {};
}

// The key in the trie begins with the contract's id, lowest byte first.
int32_t ContractOf(ByteView key) {
  uint32_t id = 0;
  for (size_t i = 0; i < 4; ++i) id |= static_cast<uint32_t>(key[i]) << (8 * i);
  return static_cast<int32_t>(id);
}

CliStatus VerifyProof(Cli& cli, const ProofOptions& options) {
  auto root = neo::Uint256FromText(options.root);
  if (!root) return Usage("--root: " + root.error().detail);
  NSL_TRY(Bytes raw, ReadNeoInput(options.proof));
  NSL_TRY(auto proof, AsInput(neo::ParseMptProof(raw)));
  if (proof.key.size() < 4) {
    return Usage("the key of the proof has less than the 4 bytes of a contract's id");
  }
  if (options.contract.has_value() != !options.key.empty()) {
    return Usage("--contract and --storage-key name the item together");
  }
  // A proof of another item than the one that was asked for proves nothing.
  if (options.contract) {
    NSL_TRY(Bytes key, NeoBytesFromText(options.key, "--storage-key"));
    if (neo::MptKey(*options.contract, key) != proof.key) {
      return FailWith("cli.invalid", "the proof is for contract " +
                                         std::to_string(ContractOf(proof.key)) + ", key " +
                                         ToHex(ByteView(proof.key).subspan(4)));
    }
  }
  auto value = neo::VerifyMptProof(root->bytes, proof.key, proof.nodes);
  if (!value) return FailWith("cli.invalid", value.error().detail);
  ByteView key = ByteView(proof.key).subspan(4);
  if (cli.json) {
    cli.term().Json(boost::json::object{{"valid", true},
                                        {"root", neo::ToText(*root)},
                                        {"contract", ContractOf(proof.key)},
                                        {"key", ToHex(key)},
                                        {"value", ToHex(*value)}});
    return {};
  }
  cli.term().Line("valid under " + neo::ToText(*root));
  cli.term().Table({"FIELD", "VALUE"}, {{"contract id", std::to_string(ContractOf(proof.key))},
                                        {"key", ToHex(key)},
                                        {"value", ToHex(*value)}});
  return {};
}

void AddMessageOptions(CLI::App& verb, MessageOptions& options, const std::string& layouts) {
  verb.add_option("text", options.text, "The message, as it is");
  verb.add_option("--file", options.file, "File with the message, or -; every byte counts");
  verb.add_option("--layout", options.layout, layouts + "; default classic");
  verb.add_option("--salt", options.salt, "32 lower-case hexadecimal characters");
  verb.add_option("--network", options.network, kNetworkHelp);
  verb.add_option("--domain", options.domain, "Of an authentication: who asked");
  verb.add_option("--nonce", options.nonce, "Of an authentication");
  verb.add_option("--timestamp", options.timestamp, "Of an authentication: seconds since 1970");
}

}  // namespace

void AddNeoMessageVerbs(CLI::App& neo, Cli& cli) {
  CLI::App& message = AddGroup(neo, cli, "message", "What wallets sign besides transactions");
  auto fresh = std::make_shared<MessageOptions>();
  CLI::App& sign = AddVerb(message, cli, "sign", "Sign a message",
                           [&cli, fresh] { return SignMessage(cli, *fresh); });
  AddMessageOptions(sign, *fresh, "classic or authentication");
  AddKeySource(sign, fresh->source);

  auto given = std::make_shared<MessageOptions>();
  CLI::App& verify = AddVerb(message, cli, "verify", "Check the signature of a message",
                             [&cli, given] { return VerifyMessage(cli, *given); });
  AddMessageOptions(verify, *given, std::string(kLayouts));
  verify.add_option("--public-key", given->key, "Who is said to have signed")->required();
  verify.add_option("--signature", given->signature, "64 bytes, hexadecimal or base64")->required();
}

void AddNeoProofVerbs(CLI::App& neo, Cli& cli) {
  CLI::App& proof = AddGroup(neo, cli, "proof", "Proofs of what contracts have stored");
  auto options = std::make_shared<ProofOptions>();
  CLI::App& verify = AddVerb(proof, cli, "verify", "Check a storage proof under a state root",
                             [&cli, options] { return VerifyProof(cli, *options); });
  verify
      .add_option("input", options->proof, "What getproof returned: hexadecimal, base64, file, -")
      ->required();
  verify.add_option("--root", options->root, "State root that you trust (0x…)")->required();
  verify.add_option("--contract", options->contract, "Contract id the proof must be for");
  verify.add_option("--storage-key", options->key, "Key it must be for, with --contract");
}

}  // namespace nsl::cli
