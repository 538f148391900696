// SPDX-License-Identifier: Apache-2.0
// The probe: native code under exactly the launcher of the workers. Started by a test as a zygote;
// each fork runs one attempt that its first frame names, and answers with one errno (0 = it got
// out). The supervisor of the probe judges a killed process as refused.
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "attempts.h"
#include "function_runner/sandbox/zygote_server.h"

namespace nsl::probe {
namespace {

void Run(const sandbox::ForkCommand& command, const std::vector<sandbox::Piece>& pieces) {
  (void)command;
  Bytes out;
  sandbox::AppendBlank(out, pieces);
  if (write(sandbox::kWorkerSocket, out.data(), out.size()) < 0) _exit(1);
  uint8_t in[512];
  ssize_t n = read(sandbox::kWorkerSocket, in, sizeof in);
  sandbox::Frame frame;
  if (n <= 0 || sandbox::NextFrame(ByteView(in, static_cast<size_t>(n)), frame) !=
                    sandbox::FrameStatus::kWhole) {
    _exit(1);
  }
  sandbox::BodyReader r(frame.body);
  uint32_t index = r.U32();
  Targets targets;
  ByteView bytes = r.Rest();
  if (bytes.size() != sizeof targets) _exit(1);
  std::memcpy(&targets, bytes.data(), sizeof targets);
  if (!r.ok() || index >= Attempts().size()) _exit(1);
  int result = Attempts()[index].run(targets);
  Bytes answer;
  sandbox::FrameBuilder reply(answer, sandbox::FrameType::kResult, index);
  reply.U32(static_cast<uint32_t>(result));
  reply.End();
  if (write(sandbox::kWorkerSocket, answer.data(), answer.size()) < 0) _exit(1);
  _exit(0);
}

}  // namespace
}  // namespace nsl::probe

int main(int, char** argv) {
  // As the program that an attempt executes it only says whether it runs as root; a copy with the
  // set-user-id bit can do nothing else, whatever name it is called by.
  if (getuid() != geteuid() || std::string_view(argv[0]).ends_with("/am-i-root")) {
    return geteuid() == 0 ? 0 : 1;
  }
  const char* skip = std::getenv("NSL_SKIP");
  nsl::sandbox::ZygoteHooks hooks;
  hooks.after_fork = [] {};
  hooks.run = nsl::probe::Run;
  return nsl::sandbox::ServeZygote(
      hooks, skip ? static_cast<uint32_t>(std::strtoul(skip, nullptr, 10)) : 0);
}
