// SPDX-License-Identifier: Apache-2.0
#include "neo_input.h"

#include <charconv>
#include <cstdio>
#include <filesystem>

#include "profile.h"
#include "terminal.h"

namespace nsl::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

std::string_view Trimmed(std::string_view text) {
  size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

// "'z' at character 3", or nothing when every character is of the alphabet.
std::string Stranger(std::string_view text, std::string_view alphabet, size_t before) {
  size_t at = text.find_first_not_of(alphabet);
  if (at == std::string_view::npos) return {};
  return "'" + Printable(text.substr(at, 1), false) + "' at character " +
         std::to_string(before + at);
}

std::string WhyNot(std::string_view text) {
  if (text.starts_with("0x")) {
    std::string stranger = Stranger(text.substr(2), kHexDigits, 2);
    if (!stranger.empty()) return stranger + " is no hexadecimal digit";
    return "0x is followed by " + std::to_string(text.size() - 2) +
           " digits; hexadecimal needs an even number, at least two";
  }
  std::string stranger = Stranger(text, kBase64Digits, 0);
  if (!stranger.empty()) return stranger + " is neither of hexadecimal nor of base64";
  return std::to_string(text.size()) +
         " characters are neither whole hexadecimal bytes nor padded base64";
}

// The bytes of a file may themselves be one text of digits, as editors and `base64` leave them,
// with line ends. Nothing when they are not.
std::string DigitsIn(std::string_view content) {
  std::string digits;
  for (char c : content) {
    if (kSpace.find(c) == std::string_view::npos) digits += c;
  }
  std::string_view checked = digits;
  if (checked.starts_with("0x")) checked.remove_prefix(2);
  return Stranger(checked, kBase64Digits, 0).empty() ? digits : std::string();
}

CliResult<std::string> ReadStdin(size_t limit) {
  std::string out;
  char part[4096];
  for (size_t got = 0; (got = std::fread(part, 1, sizeof part, stdin)) > 0;) {
    out.append(part, got);
    if (out.size() > limit) {
      return Usage("stdin has more than " + std::to_string(limit) + " bytes");
    }
  }
  return out;
}

bool IsFile(const std::string& input) {
  std::error_code error;
  return input.size() < 4096 && std::filesystem::exists(input, error);
}

}  // namespace

CliResult<Bytes> NeoBytesFromText(std::string_view text, const std::string& what) {
  std::string_view trimmed = Trimmed(text);
  if (trimmed.empty()) return Usage(what + " is empty");
  bool prefixed = trimmed.starts_with("0x");
  auto raw = FromHex(prefixed ? trimmed.substr(2) : trimmed);
  if (!raw && !prefixed) raw = FromBase64(trimmed);
  if (!raw || raw->empty()) return Usage(what + ": " + WhyNot(trimmed));
  return *std::move(raw);
}

CliResult<Bytes> ReadNeoInput(const std::string& input) {
  bool stored = input == "-" || IsFile(input);
  if (!stored) return NeoBytesFromText(input, "INPUT is no file that exists");
  const std::string name = input == "-" ? "stdin" : input;
  NSL_TRY(auto content, ReadNeoContent(input, kNeoInputBytes));
  if (Trimmed(content).empty()) return Usage(name + " is empty");
  std::string digits = DigitsIn(content);
  if (!digits.empty()) return NeoBytesFromText(digits, name);
  return ToBytes(std::string_view(content));
}

CliResult<std::string> ReadNeoContent(const std::string& input, size_t limit) {
  return input == "-" ? ReadStdin(limit) : ReadFileLimited(input, limit);
}

CliResult<std::string> ReadNeoText(const std::string& input, size_t limit) {
  bool stored = input == "-" || IsFile(input);
  if (!stored) return std::string(Trimmed(input));
  NSL_TRY(auto content, ReadNeoContent(input, limit));
  std::string text(Trimmed(content));
  if (text.empty()) return Usage((input == "-" ? "stdin" : input) + " is empty");
  return text;
}

CliResult<uint32_t> ReadNetwork(const std::string& text) {
  if (text == "mainnet") return kMainNet;
  if (text == "testnet") return kTestNet;
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return Usage("--network: '" + Printable(text, false) +
                 "' is none; give mainnet, testnet or the network's number");
  }
  return number;
}

CliResult<std::array<uint8_t, 64>> ReadSignature(const std::string& text) {
  NSL_TRY(auto raw, NeoBytesFromText(text, "the signature"));
  auto signature = ToArray<64>(raw);
  if (!signature) {
    return Usage("the signature has 64 bytes, r and s, not " + std::to_string(raw.size()));
  }
  return *signature;
}

}  // namespace nsl::cli
