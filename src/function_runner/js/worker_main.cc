// SPDX-License-Identifier: Apache-2.0
// The JavaScript zygote and its workers. This shared object is preloaded into a Node binary, which
// serves as the engine's library: __libc_start_main is interposed, so Node's own main never runs.
#include <dlfcn.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "function_runner/js/engine.h"
#include "function_runner/sandbox/zygote_server.h"

namespace nsl::js {
namespace {

using sandbox::FrameType;

// Small, because an idle worker keeps it; a full read doubles it.
constexpr size_t kFirstBuffer = 16 << 10;

// Node's engine marks its heap MADV_DONTFORK; children would find holes. Undo it for every mapping.
void MakeHeapForkable() {
  FILE* maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return;
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    unsigned long from = 0;
    unsigned long to = 0;
    if (std::sscanf(line, "%lx-%lx", &from, &to) != 2) continue;
    if (std::strstr(line, "[vsyscall]") != nullptr || std::strstr(line, "[vvar") != nullptr)
      continue;
    madvise(reinterpret_cast<void*>(from), to - from, MADV_DOFORK);
  }
  std::fclose(maps);
}

bool WriteAll(const Bytes& out) {
  size_t at = 0;
  while (at < out.size()) {
    ssize_t n = write(sandbox::kWorkerSocket, out.data() + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

bool Handle(Engine& engine, const sandbox::Frame& frame, bool& specialised) {
  switch (frame.type) {
    case FrameType::kSpecialise: {
      auto info = sandbox::ParseSpecialise(frame.body);
      // One version in the life of a process.
      if (!info || specialised) return false;
      specialised = true;
      engine.Specialise(*info);
      return true;
    }
    case FrameType::kCall:
      engine.Begin(frame.call, frame.body);
      return true;
    case FrameType::kHostReply:
      engine.HostReply(frame.call, frame.body);
      return true;
    case FrameType::kCancel:
      engine.Cancel(frame.call);
      return true;
    default:
      return false;
  }
}

// Reads what is there, handles all of it, answers with one write. Returns when the socket ends.
void Serve(Engine& engine) {
  Bytes in;
  size_t used = 0;
  bool specialised = false;
  for (;;) {
    int timeout = engine.NextTimerMs();
    if (timeout >= 0) {
      pollfd wait{sandbox::kWorkerSocket, POLLIN, 0};
      if (poll(&wait, 1, timeout) == 0) {
        engine.RunTimers();
        engine.Settle();
        if (!WriteAll(engine.out()) || engine.dead()) return;
        engine.out().clear();
        continue;
      }
    }
    if (used == in.size()) in.resize(std::max(kFirstBuffer, 2 * in.size()));
    ssize_t n = read(sandbox::kWorkerSocket, in.data() + used, in.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    used += static_cast<size_t>(n);
    size_t at = 0;
    for (;;) {
      sandbox::Frame frame;
      auto status =
          sandbox::NextFrame(ByteView(in.data() + at, used - at), frame, sandbox::kMaxFrameBody);
      if (status == sandbox::FrameStatus::kBroken) return;
      if (status == sandbox::FrameStatus::kIncomplete) break;
      at += sandbox::kFrameHeaderBytes + frame.body.size();
      if (!Handle(engine, frame, specialised)) return;
    }
    if (at > 0) {
      std::memmove(in.data(), in.data() + at, used - at);
      used -= at;
    }
    engine.RunTimers();
    engine.Settle();
    if (!engine.out().empty() && !WriteAll(engine.out())) return;
    engine.out().clear();
    if (engine.dead()) return;
  }
}

int WorkerMain(bool jitless) {
  const char* skip_text = std::getenv("NSL_SKIP");
  uint32_t skip = skip_text ? static_cast<uint32_t>(std::strtoul(skip_text, nullptr, 10)) : 0;
  std::unique_ptr<Engine> engine = Engine::Create(jitless);
  if (!engine) return 1;
  engine->WarmUp();
  MakeHeapForkable();
  sandbox::ZygoteHooks hooks;
  hooks.executable_memory = !jitless;
  hooks.after_fork = [&engine] { engine->AfterFork(); };
  hooks.run = [&engine](const sandbox::ForkCommand& command,
                        const std::vector<sandbox::Piece>& pieces) {
    Bytes blank;
    sandbox::AppendBlank(blank, pieces);
    if (sandbox::Complete(pieces) || command.skip != 0) engine->Prefault();
    engine->set_memory_ceiling(command.memory_mb);
    if (!WriteAll(blank)) _exit(0);
    if (sandbox::Complete(pieces) || command.skip != 0) Serve(*engine);
    _exit(0);
  };
  return sandbox::ServeZygote(hooks, skip);
}

int Enter(int argc, char** argv, char**) {
  unsetenv("LD_PRELOAD");
  return WorkerMain(argc == 2 && std::strcmp(argv[1], "--jitless") == 0);
}

}  // namespace
}  // namespace nsl::js

extern "C" __attribute__((visibility("default"))) int __libc_start_main(
    int (*)(int, char**, char**), int argc, char** argv, void (*init)(), void (*fini)(),
    void (*rtld_fini)(), void* stack_end) {
  using Start =
      int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  auto real = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return real(nsl::js::Enter, argc, argv, init, fini, rtld_fini, stack_end);
}
