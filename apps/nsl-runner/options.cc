// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <array>

namespace nsl::runner_app {

Result<Options> ParseOptions(int argc, char** argv) {
  Options o;
  struct Text {
    const char* name;
    std::string* value;
  };
  const std::array texts = {Text{"--module", &o.module},      Text{"--root", &o.root},
                            Text{"--settings", &o.settings},  Text{"--listen", &o.listen},
                            Text{"--relay", &o.relay},        Text{"--node", &o.node},
                            Text{"--worker-js", &o.worker_js}};
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    bool known = true;
    if (arg == "--probe") {
      o.probe = true;
    } else if (arg == "--version") {
      o.version = true;
    } else if (arg == "--help") {
      o.help = true;
    } else {
      known = false;
    }
    for (const Text& t : texts) {
      if (arg != t.name) continue;
      if (i + 1 >= argc) return Fail(Reason::kPlatformConfig, arg + " needs a value");
      *t.value = argv[++i];
      known = true;
    }
    if (!known) {
      return Fail(Reason::kPlatformConfig, "unknown argument " + arg + "; see --help");
    }
  }
  if (o.version || o.help) return o;
  for (const Text& t : texts) {
    bool optional = std::string(t.name) == "--module" || std::string(t.name) == "--root";
    bool engine = std::string(t.name) == "--node" || std::string(t.name) == "--worker-js";
    if (t.value->empty() && !optional && (!o.probe || engine)) {
      return Fail(Reason::kPlatformConfig, std::string(t.name) + " is missing; see --help");
    }
  }
  return o;
}

std::string Usage(const std::string& program) {
  return "Usage: " + program +
         " --settings FILE --listen SOCKET --relay SOCKET --node FILE --worker-js FILE\n"
         "  --settings FILE   trusted settings (CBOR), hashed into the attestation\n"
         "  --listen SOCKET   unix socket on which the host calls\n"
         "  --relay SOCKET    unix socket of the host that relays bytes to the vault\n"
         "  --node FILE       Node binary that serves as the engine's library\n"
         "  --worker-js FILE  the JavaScript worker, preloaded into it\n"
         "  --module FILE     simulated security module (-dev program only)\n"
         "  --root FILE       root certificate of that module (-dev program only)\n"
         "  --probe           print what the sandbox can do here, as JSON, and end\n"
         "Exit codes: 0 stopped on request, 1 failed, 2 wrong arguments.\n";
}

}  // namespace nsl::runner_app
