// SPDX-License-Identifier: Apache-2.0
#include "run_view.h"

#include <boost/json/array.hpp>

#include "api_client.h"

namespace nsl::cli {
namespace {

Colour ColourOf(std::string_view level) {
  if (level == "error") return Colour::kRed;
  if (level == "warn") return Colour::kYellow;
  return level == "debug" ? Colour::kDim : Colour::kNone;
}

}  // namespace

void PrintLogs(Terminal& term, const boost::json::value& logs) {
  for (const auto& line : ArrayAt(logs, "items")) {
    std::string level = TextAt(line, "level");
    std::string at = HumanMicros(UintAt(line, "atUs"));
    std::string text = "  " + std::string(at.size() < 8 ? 8 - at.size() : 0, ' ') + at + "  ";
    text += term.Paint(ColourOf(level), level) +
            std::string(level.size() < 5 ? 5 - level.size() : 0, ' ');
    text += "  " + Printable(TextAt(line, "message"));
    if (auto fields = TextAt(line, "fields"); !fields.empty()) {
      text += "  " + term.Paint(Colour::kDim, Printable(fields, false));
    }
    term.Line(text);
  }
  if (uint64_t dropped = UintAt(logs, "dropped"); dropped > 0) {
    term.Line("  " + std::to_string(dropped) + " more lines were over the limit and dropped");
  }
  if (auto message = TextAt(logs, "errorMessage"); !message.empty()) {
    term.Line(term.Paint(Colour::kRed, "  " + Printable(message)));
  }
  if (auto stack = TextAt(logs, "errorStack"); !stack.empty()) {
    term.Line(term.Paint(Colour::kDim, Printable(stack)));
  }
}

std::string UsageLine(const boost::json::value& run) {
  std::string out = TextAt(run, "state");
  if (auto reason = TextAt(run, "reason"); !reason.empty()) out += " (" + reason + ")";
  out += " in " + HumanMicros(UintAt(run, "wallUs")) + ", cpu " + HumanMicros(UintAt(run, "cpuUs"));
  out += ", memory " + HumanBytes(UintAt(run, "peakMemoryKb") * 1024);
  out += ", in " + HumanBytes(UintAt(run, "inputBytes")) + ", out " +
         HumanBytes(UintAt(run, "outputBytes"));
  out += ", " + std::to_string(UintAt(run, "hostCalls")) + " host calls";
  return out;
}

}  // namespace nsl::cli
