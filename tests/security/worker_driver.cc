// SPDX-License-Identifier: Apache-2.0
#include "worker_driver.h"

#include <poll.h>
#include <sys/socket.h>

namespace nsl::testing {

using sandbox::Frame;
using sandbox::FrameStatus;
using sandbox::FrameType;

std::optional<Message> Driver::Next(int timeout_ms) {
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    Frame frame;
    if (sandbox::NextFrame(in_, frame) == FrameStatus::kWhole) {
      Message m{frame.type, frame.flags, frame.call, std::string(AsText(frame.body))};
      in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(sandbox::kFrameHeaderBytes +
                                                                  frame.body.size()));
      return m;
    }
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                    end - std::chrono::steady_clock::now())
                    .count();
    pollfd wait{blank_.socket(), POLLIN, 0};
    if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    uint8_t chunk[65536];
    ssize_t n = recv(blank_.socket(), chunk, sizeof chunk, 0);
    if (n <= 0) return std::nullopt;
    in_.insert(in_.end(), chunk, chunk + n);
  }
}

void Driver::Send(const Bytes& frames) {
  size_t at = 0;
  while (at < frames.size()) {
    ssize_t n = send(blank_.socket(), frames.data() + at, frames.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return;
    at += static_cast<size_t>(n);
  }
}

Message Driver::Load(const std::string& source, uint32_t memory_mb) {
  sandbox::SpecialiseInfo info;
  info.entry = "index.js";
  info.function_id = "fn_test";
  info.project_id = "prj_test";
  info.memory_mb = memory_mb;
  info.files.emplace_back("index.js", AsBytes(source));
  Bytes out;
  sandbox::AppendFrame(out, FrameType::kSpecialise, 0, sandbox::SpecialiseBody(info));
  Send(out);
  for (;;) {
    std::optional<Message> m = Next();
    if (!m) return {FrameType::kDone, 0, 0, "no answer"};
    if (m->type == FrameType::kReady || m->type == FrameType::kBuildError) return *m;
  }
}

void Driver::Call(uint32_t id, const std::string& data, uint32_t remaining_ms) {
  sandbox::CallInfo call;
  call.remaining_ms = remaining_ms;
  call.run_id = "run_test";
  call.type = "manual";
  call.data = data;
  Bytes out;
  sandbox::AppendCall(out, id, call);
  Send(out);
}

Message Driver::Ask(const std::string& data) {
  uint32_t id = next_call_;
  next_call_ += 0x100;
  Call(id, data);
  for (;;) {
    std::optional<Message> m = Next();
    if (!m) return {FrameType::kDone, 0, 0, "no answer"};
    if (m->type == FrameType::kResult || m->type == FrameType::kError) return *m;
  }
}

sandbox::Zygote* SharedZygote(std::string& why_not, bool jitless) {
  static std::unique_ptr<sandbox::Zygote> zygotes[2];
  if (geteuid() != 0) {
    why_not = "needs root: namespaces and other uids";
    return nullptr;
  }
  std::unique_ptr<sandbox::Zygote>& zygote = zygotes[jitless ? 1 : 0];
  if (!zygote) {
    sandbox::ZygoteOptions options;
    options.program = NSL_NODE_BINARY;
    options.preload = NSL_WORKER_JS;
    if (jitless) options.arguments = {"--jitless"};
    auto started = sandbox::Zygote::Start(options);
    if (started) {
      zygote = std::move(*started);
    } else {
      ADD_FAILURE() << started.error().ToString();
    }
  }
  return zygote.get();
}

sandbox::Blank MakeBlank(sandbox::Zygote& zygote, uint32_t memory_mb, uint32_t skip) {
  static uint32_t next_uid = 150'000;
  sandbox::ForkCommand command;
  command.uid = command.gid = ++next_uid;
  command.memory_mb = memory_mb;
  command.skip = skip;
  auto blank = zygote.ForkBlocking(command);
  if (!blank) {
    ADD_FAILURE() << blank.error().ToString();
    return sandbox::Blank(-1, sandbox::Descriptor(), sandbox::Descriptor(), nullptr);
  }
  return std::move(*blank);
}

}  // namespace nsl::testing
