// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <array>

namespace nsl::vault_app {
namespace {

Status CheckComplete(const Options& o) {
  if (!o.verb.empty()) {
    if (o.dir.empty()) return Fail(Reason::kPlatformConfig, "--dir is missing; see --help");
    return {};
  }
  for (auto [name, value] : {std::pair{"--settings", &o.settings}, {"--listen", &o.listen}}) {
    if (value->empty()) {
      return Fail(Reason::kPlatformConfig, std::string(name) + " is missing; see --help");
    }
  }
  return {};
}

}  // namespace

Result<Options> ParseOptions(int argc, char** argv) {
  Options o;
  struct Text {
    const char* name;
    std::string* value;
  };
  const std::array texts = {Text{"--dir", &o.dir}, Text{"--module", &o.module},
                            Text{"--root", &o.root}, Text{"--settings", &o.settings},
                            Text{"--listen", &o.listen}};
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg == "--version") {
      o.version = true;
      continue;
    }
    if (arg == "--help") {
      o.help = true;
      continue;
    }
    if (i == 1 && arg == "init-module") {
      o.verb = arg;
      continue;
    }
    std::string* value = nullptr;
    for (const Text& t : texts) {
      if (arg == t.name) value = t.value;
    }
    if (value == nullptr) {
      return Fail(Reason::kPlatformConfig, "unknown argument " + arg + "; see --help");
    }
    if (i + 1 >= argc) return Fail(Reason::kPlatformConfig, arg + " needs a value");
    *value = argv[++i];
  }
  if (!o.version && !o.help) NSL_TRY_VOID(CheckComplete(o));
  return o;
}

std::string Usage(const std::string& program) {
  return "Usage: " + program +
         " --settings FILE --listen SOCKET\n"
         "       " +
         program +
         " init-module --dir FOLDER   (-dev program only)\n"
         "  --settings FILE   trusted settings (CBOR), hashed into the attestation\n"
         "  --listen SOCKET   unix socket on which the host calls and relays the runner\n"
         "  --root FILE       root certificate (DER) of the attestations that are believed\n"
         "  --module FILE     simulated security module (-dev program only)\n"
         "  --dir FOLDER      where init-module makes root and module files, if they are missing\n"
         "Exit codes: 0 stopped on request, 1 failed, 2 wrong arguments.\n";
}

}  // namespace nsl::vault_app
