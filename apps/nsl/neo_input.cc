// SPDX-License-Identifier: Apache-2.0
#include "neo_input.h"

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
  std::error_code error;
  bool file = input.size() < 4096 && std::filesystem::exists(input, error);
  if (!file) return NeoBytesFromText(input, "INPUT is no file that exists");
  NSL_TRY(auto content, ReadFileLimited(input, kNeoInputBytes));
  if (Trimmed(content).empty()) return Usage(input + " is empty");
  std::string digits = DigitsIn(content);
  if (!digits.empty()) return NeoBytesFromText(digits, input);
  return ToBytes(std::string_view(content));
}

}  // namespace nsl::cli
