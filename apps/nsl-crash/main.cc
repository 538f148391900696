// SPDX-License-Identifier: Apache-2.0
//
// nsl-crash: kills a process that writes to the database and counts what was lost.
#include <charconv>
#include <cstdio>
#include <string_view>

#include "harness.h"

namespace {

constexpr const char* kHelp =
    "usage: nsl-crash [--kills N] [--seed S] [--json] [--vfs plain|lossy]\n"
    "                 [--synchronous full|off] [--writers N] [--max-life-ms N] [--folder DIR]\n"
    "Exit 0: no acknowledged write was lost, doubled or torn. 1: one was. 2: the run failed.\n";

struct Arguments {
  nsl::crash::CrashOptions options;
  bool json = false;
};

template <class T>
bool Number(std::string_view text, T low, T high, T& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= low && out <= high;
}

bool Choice(std::string_view text, std::string_view no, std::string_view yes, bool& out) {
  out = text == yes;
  return text == no || text == yes;
}

bool Parse(int argc, char** argv, Arguments& a) {
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--json") {
      a.json = true;
      continue;
    }
    if (i + 1 >= argc) return false;
    std::string_view value = argv[++i];
    bool ok = false;
    if (name == "--kills") ok = Number(value, 1, 1'000'000, a.options.kills);
    if (name == "--seed") ok = Number<uint64_t>(value, 0, UINT64_MAX, a.options.seed);
    if (name == "--writers") ok = Number(value, 1, 10'000, a.options.writers);
    if (name == "--max-life-ms") ok = Number(value, 1, 600'000, a.options.max_life_ms);
    if (name == "--vfs") ok = Choice(value, "plain", "lossy", a.options.lossy);
    if (name == "--synchronous") ok = Choice(value, "full", "off", a.options.synchronous_off);
    if (name == "--folder") {
      a.options.folder = value;
      ok = !value.empty();
    }
    if (!ok) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, arguments)) {
    std::fputs(kHelp, stderr);
    return 2;
  }
  auto report = nsl::crash::RunCrash(arguments.options);
  if (!report) {
    std::fprintf(stderr, "nsl-crash: %s\n", report.error().ToString().c_str());
    return 2;
  }
  if (arguments.json) {
    std::printf("%s\n", report->ToJson().c_str());
  } else {
    std::printf("%d kills, %lld acknowledged writes: %lld lost, %lld doubled, %lld torn\n",
                report->kills, static_cast<long long>(report->acknowledged),
                static_cast<long long>(report->lost), static_cast<long long>(report->doubled),
                static_cast<long long>(report->torn));
  }
  return report->clean() ? 0 : 1;
}
