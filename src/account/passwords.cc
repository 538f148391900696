// SPDX-License-Identifier: Apache-2.0
#include "account/passwords.h"

#include <algorithm>
#include <array>

#include "base/cbor.h"

namespace nsl::account {
namespace {

constexpr size_t kMinCharacters = 10;
constexpr size_t kMaxCharacters = 256;

// What stands on the published lists of leaked passwords, without digits and case.
constexpr std::array<std::string_view, 92> kWords = {
    "password", "passwort",      "passwd",    "passphrase", "pass",     "letmein",   "welcome",
    "admin",    "administrator", "root",      "user",       "guest",    "login",     "master",
    "secret",   "changeme",      "default",   "test",       "testing",  "qwerty",    "qwertz",
    "azerty",   "qwertyuiop",    "asdfghjkl", "zxcvbnm",    "asdf",     "zxcv",      "iloveyou",
    "love",     "lovely",        "princess",  "sunshine",   "monkey",   "dragon",    "shadow",
    "superman", "batman",        "spiderman", "pokemon",    "football", "baseball",  "basketball",
    "soccer",   "hockey",        "liverpool", "arsenal",    "chelsea",  "barcelona", "ferrari",
    "mustang",  "harley",        "yamaha",    "computer",   "internet", "google",    "facebook",
    "samsung",  "microsoft",     "windows",   "michael",    "jordan",   "jennifer",  "jessica",
    "ashley",   "daniel",        "charlie",   "thomas",     "andrew",   "matthew",   "robert",
    "whatever", "trustno",       "starwars",  "access",     "flower",   "summer",    "winter",
    "spring",   "autumn",        "hello",     "freedom",    "nothing",  "blink",     "bitcoin",
    "ethereum", "blockchain",    "crypto",    "wallet",     "satoshi",  "neo",       "gas",
    "abcdef"};

constexpr std::array<std::string_view, 12> kRuns = {
    "01234567890123456789",       "98765432109876543210",         "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba", "qwertyuiopasdfghjklzxcvbnm",   "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",       "qazwsxedcrfvtgbyhnujm",        "poiuytrewqlkjhgfdsamnbvcxz"};

// A copy of (a part of) a password: on the heap alone, and zeroed when it ends.
class Scrap {
 public:
  explicit Scrap(std::string_view text) {
    text_.reserve(std::max<size_t>(text.size(), 64));
    text_.assign(text);
  }
  ~Scrap() { crypto::WipeMemory({reinterpret_cast<uint8_t*>(text_.data()), text_.size()}); }
  Scrap(const Scrap&) = delete;
  Scrap& operator=(const Scrap&) = delete;
  std::string_view view() const { return text_; }

  void Lower() {
    for (char& c : text_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
  }
  // The usual exchanges: 0 for o, 1 for i, 3 for e, …
  void Unleet() {
    constexpr std::string_view kFrom = "0134578@$!|";
    constexpr std::string_view kTo = "oieastbasii";
    for (char& c : text_) {
      if (size_t i = kFrom.find(c); i != std::string_view::npos) c = kTo[i];
    }
  }
  void KeepLetters() {
    size_t kept = 0;
    for (char c : text_) {
      if (c >= 'a' && c <= 'z') text_[kept++] = c;
    }
    crypto::WipeMemory({reinterpret_cast<uint8_t*>(text_.data()) + kept, text_.size() - kept});
    text_.resize(kept);
  }

 private:
  std::string text_;
};

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

bool IsWord(std::string_view text) {
  return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

// One word, two words, or one word again and again.
bool IsWords(std::string_view text) {
  if (text.empty()) return false;
  if (IsWord(text)) return true;
  for (size_t cut = 1; cut < text.size(); ++cut) {
    if (IsWord(text.substr(0, cut)) && (IsWord(text.substr(cut)) || IsWords(text.substr(cut)))) {
      return true;
    }
  }
  return false;
}

bool IsRepeated(std::string_view text) {
  for (size_t period = 1; period <= 4 && period * 2 <= text.size(); ++period) {
    bool repeats = true;
    for (size_t i = period; i < text.size() && repeats; ++i) {
      repeats = text[i] == text[i - period];
    }
    if (repeats) return true;
  }
  return false;
}

bool IsShortNumber(std::string_view text) {
  return text.size() < 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsWordsAfter(std::string_view text, bool unleet) {
  Scrap scrap(text);
  if (unleet) scrap.Unleet();
  scrap.KeepLetters();
  return IsWords(scrap.view());
}

size_t CharactersOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

bool IsCommonPassword(std::string_view password, std::string_view email) {
  Scrap lower(password);
  lower.Lower();
  if (IsRepeated(lower.view())) return true;
  for (std::string_view run : kRuns) {
    if (run.find(lower.view()) != std::string_view::npos) return true;
  }
  Scrap address(email);
  address.Lower();
  std::string_view local = address.view().substr(0, address.view().find('@'));
  if (lower.view() == address.view() || lower.view() == local) return true;
  // Digits and signs around the word do not make it rarer.
  std::string_view core = lower.view();
  while (!core.empty() && !IsLetter(core.back())) core.remove_suffix(1);
  std::string_view inner = core;
  while (!inner.empty() && !IsLetter(inner.front())) inner.remove_prefix(1);
  if (inner.empty()) return IsShortNumber(lower.view());
  // A longer one is judged by the rules above alone: a phrase of several words is a good password.
  if (inner.size() > 24) return false;
  return IsWordsAfter(inner, false) || IsWordsAfter(inner, true) || IsWordsAfter(core, true) ||
         IsWordsAfter(lower.view(), true);
}

Status CheckPassword(std::string_view password, std::string_view email) {
  if (!IsUtf8(password)) {
    return Fail(Reason::kAuthWeakPassword, "the password is not UTF-8 text");
  }
  size_t characters = CharactersOf(password);
  if (characters < kMinCharacters || characters > kMaxCharacters) {
    return Fail(Reason::kAuthWeakPassword, "a password has 10 to 256 characters");
  }
  if (IsCommonPassword(password, email)) {
    return Fail(Reason::kAuthWeakPassword,
                "the password is among those that are guessed first; choose another one");
  }
  return {};
}

Task<Result<Bytes>> PasswordHasher::Hash(std::shared_ptr<const crypto::SecretBytes> password,
                                         Bytes salt) {
  auto work = [password, salt = std::move(salt), cost = cost_]() -> Result<Bytes> {
    NSL_TRY(auto hash, crypto::Scrypt(password->view(), salt, cost, kPasswordHashBytes));
    return ToBytes(hash.view());
  };
  auto hash = co_await pool_.Run(std::move(work));
  co_return hash;
}

}  // namespace nsl::account
