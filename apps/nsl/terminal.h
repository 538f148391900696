// SPDX-License-Identifier: Apache-2.0
//
// How verbs speak: tables and progress for people, or exactly one JSON document on stdout.
//
// Colours only when stdout is a terminal and NO_COLOR is not set. With --json everything for people
// is dropped, so that stdout parses. Control characters of foreign text (log lines, names) are
// shown escaped: a function cannot drive its reader's terminal. One thread.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "cli_error.h"

namespace nsl::cli {

enum class Colour { kNone, kRed, kGreen, kYellow, kDim, kBold };

class Terminal {
 public:
  Terminal();
  void set_json(bool json) { json_ = json; }
  bool json() const { return json_; }

  // One line for people.
  void Line(std::string_view text = {});
  std::string Paint(Colour colour, std::string_view text) const;
  // Left-aligned columns, two spaces between; the header is dimmed.
  void Table(const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows);
  // The one document of --json.
  void Json(const boost::json::value& value);
  void RawJson(std::string_view document);
  // To stderr for people, as the JSON document on stdout otherwise.
  void Error(const CliError& error);

  // A step with its time: "  ok  12 ms  what". In a terminal the running step is visible.
  void StepStart(std::string_view what);
  void StepEnd(std::string_view what, std::chrono::milliseconds took, bool ok,
               std::string_view note = {});

 private:
  bool json_ = false;
  bool colours_ = false;
  bool live_ = false;
};

// Control characters as \xNN, line ends kept when `lines`.
std::string Printable(std::string_view text, bool lines = true);
// 1.2 kB, 340 B, 5.0 MB.
std::string HumanBytes(uint64_t bytes);
// 950 us, 12.3 ms, 1.20 s.
std::string HumanMicros(uint64_t micros);

// Asks without echo; empty result and an error when there is no terminal.
CliResult<std::string> AskPassword(std::string_view prompt);
// The first line of stdin, without its line end.
CliResult<std::string> PasswordFromStdin();

}  // namespace nsl::cli
