// SPDX-License-Identifier: Apache-2.0
//
// neo key new, show, public; neo nep2 encrypt, decrypt: no system, no network.
#include <CLI/CLI.hpp>
#include <charconv>

#include "base/random.h"
#include "neo/nep2.h"
#include "neo/nep6.h"
#include "neo/wif.h"
#include "neo_account_view.h"
#include "neo_input.h"
#include "neo_secret.h"
#include "neo_verbs.h"
#include "profile.h"

namespace nsl::cli {
namespace {

struct KeyOptions {
  KeySource source;
  std::string output;
  bool show_secret = false;
};

struct Nep2Options {
  KeyOptions key;
  std::string encrypted;
  std::string account;
  std::string passphrase;
  bool normal = false;
  std::string scrypt;
};

CliStatus ShowPrivate(Cli& cli, const crypto::P256PrivateKey& key, const KeyOptions& options) {
  crypto::SecretBytes wif = neo::ToWif(key);
  if (!options.output.empty()) NSL_TRY_VOID(WriteSecretFile(options.output, wif));
  neo::PublicKey pub(key.PublicKey());
  if (cli.json) {
    boost::json::object out = KeyJson(pub);
    if (!options.output.empty()) out["file"] = options.output;
    if (options.show_secret) out["wif"] = AsText(wif);
    if (options.show_secret) out["privateKey"] = ToHex(key.Scalar().view());
    cli.term().Json(out);
    return {};
  }
  ShowKey(cli.term(), pub);
  if (!options.output.empty()) cli.term().Line("wrote the WIF to " + options.output);
  if (options.show_secret) cli.term().Line("WIF " + std::string(AsText(wif)));
  return {};
}

CliStatus NewKey(Cli& cli, const KeyOptions& options) {
  if (options.output.empty() && !options.show_secret) {
    return Usage(
        "the new key would be lost: name a file for it with --output-file, or show it with "
        "--show-secret");
  }
  SystemRandom random;
  return ShowPrivate(cli, crypto::P256PrivateKey::Generate(random), options);
}

CliStatus ShowKeyOf(Cli& cli, const KeyOptions& options) {
  NSL_TRY(auto key, ReadPrivateKey(options.source));
  return ShowPrivate(cli, key, options);
}

CliStatus ShowPublic(Cli& cli, const std::string& text) {
  if (IsSecretText(text)) return SecretOnCommandLine();
  NSL_TRY(auto key, AsInput(neo::PublicKey::FromText(text)));
  if (cli.json) {
    cli.term().Json(KeyJson(key));
  } else {
    ShowKey(cli.term(), key);
  }
  return {};
}

CliResult<crypto::ScryptParams> ReadScrypt(const std::string& text) {
  crypto::ScryptParams out = neo::kNep2Scrypt;
  if (text.empty()) return out;
  auto wrong = [&] {
    return Usage("--scrypt: '" + Printable(text, false) +
                 "' is none; give N,R,P as the wallet file has them, such as 16384,8,8");
  };
  uint64_t parts[3] = {};
  const char* at = text.data();
  const char* end = at + text.size();
  for (size_t i = 0; i < 3; ++i) {
    auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc() || parts[i] > (uint64_t{1} << 24)) return wrong();
    bool last = i == 2;
    if (last ? next != end : next == end || *next != ',') return wrong();
    at = next + 1;
  }
  out.n = parts[0];
  out.r = static_cast<uint32_t>(parts[1]);
  out.p = static_cast<uint32_t>(parts[2]);
  return out;
}

struct EncryptedKey {
  std::string text;
  crypto::ScryptParams scrypt;
};

CliResult<EncryptedKey> KeyOfWallet(const std::string& text, const std::string& account) {
  NSL_TRY(neo::WalletFile wallet, AsInput(neo::ParseNep6(text)));
  std::optional<neo::ScriptHash> wanted;
  if (!account.empty()) {
    NSL_TRY(auto hash, AsInput(neo::ParseAccount(account)));
    wanted = hash;
  }
  const neo::WalletAccount* found = nullptr;
  size_t keys = 0;
  for (const neo::WalletAccount& a : wallet.accounts) {
    if (!a.nep2 || (wanted && a.account != *wanted)) continue;
    found = &a;
    ++keys;
  }
  if (found == nullptr) {
    return Usage(wanted ? "the wallet file holds no key of " + account
                        : "the wallet file holds no encrypted key");
  }
  if (keys > 1) {
    return Usage("the wallet file holds " + std::to_string(keys) +
                 " keys; choose one with --account ADDRESS");
  }
  return EncryptedKey{*found->nep2, wallet.scrypt};
}

CliResult<EncryptedKey> ReadEncrypted(const Nep2Options& options) {
  NSL_TRY(auto scrypt, ReadScrypt(options.scrypt));
  NSL_TRY(std::string text, ReadNeoText(options.encrypted, neo::kMaxWalletFileBytes));
  if (text.starts_with('{')) {
    NSL_TRY(auto key, KeyOfWallet(text, options.account));
    if (!options.scrypt.empty()) key.scrypt = scrypt;
    return key;
  }
  if (!options.account.empty()) return Usage("--account is for a wallet file, not for a key alone");
  if (auto good = neo::CheckNep2Text(text); !good) {
    return Usage(good.error().detail + "; a wallet file (NEP-6) is read, too");
  }
  return EncryptedKey{text, scrypt};
}

CliStatus Encrypt(Cli& cli, const Nep2Options& options) {
  NSL_TRY(auto scrypt, ReadScrypt(options.scrypt));
  NSL_TRY(auto key, ReadPrivateKey(options.key.source));
  NSL_TRY(auto passphrase, ReadPassphrase({options.passphrase, options.normal, true}));
  NSL_TRY(auto text, AsInput(neo::EncryptNep2(key, passphrase, scrypt)));
  neo::PublicKey pub(key.PublicKey());
  if (cli.json) {
    boost::json::object out = KeyJson(pub);
    out["nep2"] = text;
    out["scrypt"] = boost::json::object{{"n", scrypt.n}, {"r", scrypt.r}, {"p", scrypt.p}};
    cli.term().Json(out);
    return {};
  }
  ShowKey(cli.term(), pub);
  cli.term().Line(text);
  return {};
}

CliStatus Decrypt(Cli& cli, const Nep2Options& options) {
  if (options.encrypted == "-" && options.passphrase == "-") {
    return Usage("key and passphrase cannot both come from stdin; give one as a file");
  }
  NSL_TRY(auto encrypted, ReadEncrypted(options));
  NSL_TRY(auto passphrase, ReadPassphrase({options.passphrase, options.normal, false}));
  auto key = neo::DecryptNep2(encrypted.text, passphrase, encrypted.scrypt);
  if (!key && key.error().reason == Reason::kChainInvalid) {
    return FailWith("cli.passphrase", key.error().detail +
                                          " (--scrypt), or it is a key of Neo 2, whose addresses "
                                          "start with A");
  }
  NSL_TRY(auto opened, AsInput(std::move(key)));
  return ShowPrivate(cli, opened, options.key);
}

void AddSecretOutput(CLI::App& verb, KeyOptions& options) {
  verb.add_option("-o,--output-file", options.output,
                  "New file for the WIF, readable by its owner alone");
  verb.add_flag("--show-secret", options.show_secret, "Also print the private key");
}

void AddPassphrase(CLI::App& verb, Nep2Options& options) {
  verb.add_option("--passphrase", options.passphrase, kSecretHelp);
  verb.add_flag("--nfc", options.normal,
                "The passphrase is not ASCII and is in Unicode's normal form C");
  verb.add_option("--scrypt", options.scrypt, "N,R,P of the wallet file; default 16384,8,8");
}

}  // namespace

void AddNeoKeyVerbs(CLI::App& neo, Cli& cli) {
  CLI::App& key = AddGroup(neo, cli, "key", "Keys: WIF, public key, account");
  auto fresh = std::make_shared<KeyOptions>();
  AddSecretOutput(
      AddVerb(key, cli, "new", "Make a key", [&cli, fresh] { return NewKey(cli, *fresh); }),
      *fresh);

  auto shown = std::make_shared<KeyOptions>();
  CLI::App& show = AddVerb(key, cli, "show", "Public key and account of a private key",
                           [&cli, shown] { return ShowKeyOf(cli, *shown); });
  AddKeySource(show, shown->source);
  AddSecretOutput(show, *shown);

  auto text = std::make_shared<std::string>();
  AddVerb(key, cli, "public", "Account of a public key",
          [&cli, text] { return ShowPublic(cli, *text); })
      .add_option("key", *text, "66 hexadecimal digits")
      ->required();
}

void AddNeoNep2Verbs(CLI::App& neo, Cli& cli) {
  CLI::App& nep2 = AddGroup(neo, cli, "nep2", "Keys under a passphrase");
  auto closed = std::make_shared<Nep2Options>();
  CLI::App& encrypt = AddVerb(nep2, cli, "encrypt", "Encrypt a key",
                              [&cli, closed] { return Encrypt(cli, *closed); });
  AddKeySource(encrypt, closed->key.source);
  AddPassphrase(encrypt, *closed);

  auto opened = std::make_shared<Nep2Options>();
  CLI::App& decrypt = AddVerb(nep2, cli, "decrypt", "Open an encrypted key",
                              [&cli, opened] { return Decrypt(cli, *opened); });
  decrypt
      .add_option("input", opened->encrypted, "Encrypted key (6P…), wallet file (NEP-6), file or -")
      ->required();
  decrypt.add_option("--account", opened->account, "Which account of a wallet file");
  AddPassphrase(decrypt, *opened);
  AddSecretOutput(decrypt, opened->key);
}

}  // namespace nsl::cli
