// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "base/json.h"

namespace nsl::cli {
namespace {

// Longest password that the platform takes is 256 characters of at most 4 bytes.
constexpr size_t kPasswordBytes = 4096;

void Put(FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

// Columns that a UTF-8 text takes, close enough for tables: one per code point.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

const char* Code(Colour colour) {
  switch (colour) {
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kNone:
      break;
  }
  return "";
}

// Turns echo off for its life.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (active_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  bool active() const { return active_; }

 private:
  int fd_;
  bool active_ = false;
  termios before_{};
};

CliResult<std::string> ReadLine(FILE* from) {
  std::string line;
  for (int c = std::fgetc(from); c != EOF && c != '\n'; c = std::fgetc(from)) {
    line.push_back(static_cast<char>(c));
    if (line.size() > kPasswordBytes) return Usage("the password is longer than 4096 bytes");
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return Usage("the password is empty");
  return line;
}

}  // namespace

Terminal::Terminal() {
  bool terminal = isatty(STDOUT_FILENO) != 0;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  bool dumb = term == nullptr || std::string_view(term) == "dumb";
  colours_ = terminal && !dumb && (no_color == nullptr || *no_color == '\0');
  live_ = terminal && !dumb;
}

void Terminal::Line(std::string_view text) {
  if (json_) return;
  Put(stdout, text);
  Put(stdout, "\n");
  std::fflush(stdout);
}

std::string Terminal::Paint(Colour colour, std::string_view text) const {
  if (!colours_ || colour == Colour::kNone) return std::string(text);
  return std::string(Code(colour)) + std::string(text) + "\x1b[0m";
}

void Terminal::Table(const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows) {
  if (json_) return;
  std::vector<size_t> widths;
  for (const auto& title : header) widths.push_back(Width(title));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row[i]));
    }
  }
  auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) {
      out += cells[i];
      if (i + 1 == cells.size()) break;
      out.append(widths[i] - Width(cells[i]) + 2, ' ');
    }
    return out;
  };
  Line(Paint(Colour::kDim, line(header)));
  for (const auto& row : rows) Line(line(row));
}

void Terminal::Json(const boost::json::value& value) {
  std::string out;
  AppendJson(value, out);
  RawJson(out);
}

void Terminal::RawJson(std::string_view document) {
  Put(stdout, document);
  Put(stdout, "\n");
  std::fflush(stdout);
}

void Terminal::Error(const CliError& error) {
  if (json_) return RawJson(error.ToJson());
  std::fflush(stdout);
  std::string out = colours_ ? "\x1b[31merror\x1b[0m " : "error ";
  out += Printable(error.reason, false) + ": " + Printable(error.detail) + "\n";
  for (const auto& field : error.fields) {
    out += "  " + Printable(field.pointer, false) + ": " + Printable(field.detail) + "\n";
  }
  if (!error.run_id.empty()) out += "  run " + Printable(error.run_id, false) + "\n";
  if (!error.request_id.empty()) out += "  request " + Printable(error.request_id, false) + "\n";
  Put(stderr, out);
}

void Terminal::StepStart(std::string_view what) {
  if (json_ || !live_) return;
  Put(stdout, "  ..           " + std::string(what));
  std::fflush(stdout);
}

void Terminal::StepEnd(std::string_view what, std::chrono::milliseconds took, bool ok,
                       std::string_view note) {
  if (json_) return;
  if (live_) Put(stdout, "\r\x1b[K");
  std::string time = std::to_string(took.count()) + " ms";
  std::string out = "  " + (ok ? Paint(Colour::kGreen, "ok  ") : Paint(Colour::kRed, "fail"));
  out.append(time.size() < 9 ? 9 - time.size() : 0, ' ');
  out += time + "  " + std::string(what);
  if (!note.empty()) out += "  " + Paint(Colour::kDim, note);
  Line(out);
}

std::string Printable(std::string_view text, bool lines) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too: 0xc2 and then 0x80 to 0x9f.
    bool c1 = c == 0xc2 && i + 1 < text.size() && (text[i + 1] & 0xe0) == 0x80;
    bool control = c < 0x20 || c == 0x7f || c1;
    if (c1) {
      // Both bytes: half of a character would not be UTF-8.
      auto second = static_cast<unsigned char>(text[++i]);
      out += {'\\', 'x', kHex[second >> 4], kHex[second & 15]};
    } else if (control && !(lines && (c == '\n' || c == '\t'))) {
      out += "\\x";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string HumanBytes(uint64_t bytes) {
  char text[32];
  if (bytes < 1000) return std::to_string(bytes) + " B";
  if (bytes < 1'000'000) {
    std::snprintf(text, sizeof text, "%.1f kB", static_cast<double>(bytes) / 1e3);
  } else if (bytes < 1'000'000'000) {
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
  }
  return text;
}

std::string HumanMicros(uint64_t micros) {
  char text[32];
  if (micros < 1000) return std::to_string(micros) + " us";
  if (micros < 1'000'000) {
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(micros) / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(micros) / 1e6);
  }
  return text;
}

CliResult<std::string> AskPassword(std::string_view prompt) {
  FILE* tty = std::fopen("/dev/tty", "r+");
  if (tty == nullptr) {
    return Usage("there is no terminal to ask for the password; give it with --password-stdin");
  }
  CliResult<std::string> line;
  {
    NoEcho quiet(fileno(tty));
    if (quiet.active()) {
      Put(tty, prompt);
      std::fflush(tty);
      line = ReadLine(tty);
      Put(tty, "\n");
    } else {
      line = Usage(
          "the terminal cannot hide what is typed; give the password with"
          " --password-stdin");
    }
  }
  std::fclose(tty);
  return line;
}

CliResult<std::string> PasswordFromStdin() { return ReadLine(stdin); }

}  // namespace nsl::cli
