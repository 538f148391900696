// SPDX-License-Identifier: Apache-2.0
//
// Private keys and passphrases that a person hands to `nsl neo`.
//
// Guarantee: a secret comes from a hidden prompt, from a file that only its owner can read, or from
// stdin; it lies in SecretBytes alone and enters no error. A key that was given as a word of the
// command line, where other users and the shell's history see it, is refused without being
// repeated. One thread.
#pragma once

#include <string>

#include "cli.h"
#include "crypto/ecdsa.h"
#include "crypto/secret.h"

namespace nsl::cli {

// Longest line of a secret, in bytes.
inline constexpr size_t kSecretBytes = 1024;

// The help text of every option that names a secret's place.
inline constexpr const char* kSecretHelp =
    "File with one line, or - for a line of stdin; else a hidden prompt";

// `source` is a file, - or nothing (prompt). Several secrets from stdin stand one per line, in the
// order of the verb's options. `what` names the secret in errors and in the prompt.
CliResult<crypto::SecretBytes> ReadSecret(const std::string& source, const std::string& what);

struct KeySource {
  // As in ReadSecret.
  std::string place;
  // A key that was given as a word of the command line.
  std::string word;
};
// Declares --key, and catches a word after the verb's own so that no error of the parser repeats a
// secret.
void AddKeySource(CLI::App& verb, KeySource& source);
// A WIF, or 64 hexadecimal digits.
CliResult<crypto::P256PrivateKey> ReadPrivateKey(const KeySource& source);

struct PassphraseSource {
  // As in ReadSecret.
  std::string source;
  // The caller says that the bytes are in Unicode's normal form C already.
  bool normal = false;
  // Asked for twice at the prompt: a slip would lock the key for ever.
  bool fresh = false;
};
// Printable ASCII, of which every text is in normal form C; other UTF-8 when `normal`.
CliResult<crypto::SecretBytes> ReadPassphrase(const PassphraseSource& from);

// True for what a private key looks like, encrypted ones apart.
bool IsSecretText(const std::string& text);
std::unexpected<CliError> SecretOnCommandLine();

// Writes the secret and a line end to a file that did not exist, for its owner alone.
CliStatus WriteSecretFile(const std::string& path, const crypto::SecretBytes& secret);

}  // namespace nsl::cli
