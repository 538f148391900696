// SPDX-License-Identifier: Apache-2.0
#include "neo_secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "neo/wif.h"

namespace nsl::cli {
namespace {

using crypto::SecretBytes;

constexpr size_t kScalarDigits = 64;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Turns echo off for its life. The terminal's password reader keeps its line in a plain string,
// which is why keys do not come through it.
class HiddenTyping {
 public:
  explicit HiddenTyping(int tty) : tty_(tty) {
    if (tcgetattr(tty_, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(tty_, TCSAFLUSH, &hidden) == 0;
  }
  ~HiddenTyping() {
    if (active_) tcsetattr(tty_, TCSAFLUSH, &before_);
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;
  bool active() const { return active_; }

 private:
  int tty_;
  bool active_ = false;
  termios before_{};
};

SecretBytes FirstOf(const SecretBytes& all, size_t size) {
  return SecretBytes::CopyOf(all.view().first(size));
}

// One byte at a time: what follows the line end is the next secret's, and no buffer keeps a copy.
CliResult<SecretBytes> ReadLine(int fd, const std::string& what) {
  SecretBytes line(kSecretBytes + 1);
  size_t size = 0;
  for (;;) {
    uint8_t* at = line.Writable().data() + size;
    ssize_t got = read(fd, at, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Usage("the " + what + " cannot be read: " + std::strerror(errno));
    if (got == 0 || *at == '\n') break;
    if (++size > kSecretBytes) {
      return Usage("the " + what + " is longer than " + std::to_string(kSecretBytes) + " bytes");
    }
  }
  if (size > 0 && line.view()[size - 1] == '\r') --size;
  if (size == 0) return Usage("the " + what + " is empty");
  return FirstOf(line, size);
}

CliResult<SecretBytes> ReadFromFile(const std::string& path, const std::string& what) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    return FailWith("cli.file", "the file of the " + what + " cannot be opened: " +
                                    std::strerror(errno) + "; give a file, or - for stdin");
  }
  if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
    return Usage("the file of the " + what + " can be read by others; run: chmod 600 " + path);
  }
  NSL_TRY(SecretBytes line, ReadLine(file.get(), what));
  uint8_t more = 0;
  ssize_t got = read(file.get(), &more, 1);
  if (got > 0) return Usage("the file of the " + what + " has more than one line");
  return line;
}

CliResult<SecretBytes> ReadFromPrompt(const std::string& what) {
  Descriptor tty(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  std::string instead = "; name a file of it, or - for stdin";
  if (tty.get() < 0) return Usage("there is no terminal to ask for the " + what + instead);
  HiddenTyping hidden(tty.get());
  if (!hidden.active()) return Usage("the terminal cannot hide the " + what + instead);
  std::string prompt = what + ": ";
  if (write(tty.get(), prompt.data(), prompt.size()) < 0) {
    return Usage("the terminal cannot be written to" + instead);
  }
  auto line = ReadLine(tty.get(), what);
  // The line end that was typed is not shown either. Nothing rests on it.
  [[maybe_unused]] ssize_t shown = write(tty.get(), "\n", 1);
  return line;
}

bool IsHexDigit(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

uint8_t Nibble(uint8_t c) {
  if (c <= '9') return c - '0';
  return static_cast<uint8_t>((c | 0x20) - 'a' + 10);
}

bool IsScalarText(ByteView text) {
  return text.size() == kScalarDigits && std::ranges::all_of(text, IsHexDigit);
}

Result<crypto::P256PrivateKey> FromScalarText(ByteView text) {
  SecretBytes scalar(kScalarDigits / 2);
  for (size_t i = 0; i < scalar.size(); ++i) {
    scalar.Writable()[i] = static_cast<uint8_t>(Nibble(text[2 * i]) << 4 | Nibble(text[2 * i + 1]));
  }
  auto key = crypto::P256PrivateKey::FromScalar(scalar);
  if (!key) {
    return Fail(Reason::kChainInvalid, "its number is 0 or not below the order of the curve P-256");
  }
  return key;
}

CliResult<crypto::P256PrivateKey> KeyFromText(ByteView text) {
  auto key = IsScalarText(text) ? FromScalarText(text) : neo::PrivateKeyFromWif(AsText(text));
  if (key) return *std::move(key);
  if (AsText(text).starts_with("6P")) {
    return Usage("the private key is encrypted (NEP-2); open it with: nsl neo nep2 decrypt");
  }
  return Usage("the private key: " + key.error().detail + "; give a WIF, or 64 hexadecimal digits");
}

bool IsPrintableAscii(uint8_t c) { return c >= 0x20 && c <= 0x7e; }

CliStatus CheckPassphrase(ByteView text, bool normal) {
  if (normal) return {};
  auto odd = std::ranges::find_if_not(text, IsPrintableAscii);
  if (odd == text.end()) return {};
  // No place: where the character stands would tell something of the passphrase.
  return Usage(
      "the passphrase has a character that is not printable ASCII, and this program does not make "
      "the normal form C that NEP-2 asks for; with --nfc its bytes are taken as they are");
}

}  // namespace

CliResult<SecretBytes> ReadSecret(const std::string& source, const std::string& what) {
  if (source == "-") return ReadLine(STDIN_FILENO, what);
  if (!source.empty()) return ReadFromFile(source, what);
  return ReadFromPrompt(what);
}

void AddKeySource(CLI::App& verb, KeySource& source) {
  verb.add_option("--key", source.place, std::string("WIF or hexadecimal. ") + kSecretHelp);
  // No group: not in the help.
  verb.add_option("word", source.word, "")->group("");
}

CliResult<crypto::P256PrivateKey> ReadPrivateKey(const KeySource& source) {
  // Also in the place of its file's name: it must not end in "no such file KEY".
  if (IsSecretText(source.word) || IsSecretText(source.place)) return SecretOnCommandLine();
  if (!source.word.empty()) return Usage("there is a word too many on the command line");
  NSL_TRY(SecretBytes line, ReadSecret(source.place, "private key"));
  return KeyFromText(line);
}

bool IsSecretText(const std::string& text) {
  return IsScalarText(AsBytes(text)) || neo::PrivateKeyFromWif(text).has_value();
}

CliResult<SecretBytes> ReadPassphrase(const PassphraseSource& from) {
  NSL_TRY(SecretBytes first, ReadSecret(from.source, "passphrase"));
  NSL_TRY_VOID(CheckPassphrase(first, from.normal));
  if (!from.fresh || !from.source.empty()) return first;
  NSL_TRY(SecretBytes second, ReadSecret({}, "passphrase again"));
  if (!crypto::ConstantTimeEqual(first, second)) return Usage("the two passphrases differ");
  return first;
}

std::unexpected<CliError> SecretOnCommandLine() {
  return Usage(
      "a private key on the command line is seen by other users and kept by the shell; give it "
      "with --key FILE, with --key - on stdin, or at the prompt, and do not use that key again");
}

CliStatus WriteSecretFile(const std::string& path, const SecretBytes& secret) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return FailWith("cli.file", "cannot make the new file " + path + ": " + std::strerror(errno));
  }
  SecretBytes line(secret.size() + 1);
  std::ranges::copy(secret.view(), line.Writable().begin());
  line.Writable().back() = '\n';
  bool written = write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                 fsync(file.get()) == 0;
  if (written) return {};
  auto failure = FailWith("cli.file", "cannot write " + path + ": " + std::strerror(errno));
  unlink(path.c_str());
  return failure;
}

}  // namespace nsl::cli
