// SPDX-License-Identifier: Apache-2.0
//
// Drives one real worker without a supervisor: for tests of the sandbox and of the engine.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "function_runner/sandbox/worker_link.h"
#include "function_runner/sandbox/zygote.h"

namespace nsl::testing {

struct Message {
  sandbox::FrameType type;
  uint8_t flags = 0;
  uint32_t call = 0;
  std::string body;
};

class Driver {
 public:
  explicit Driver(sandbox::Blank blank) : blank_(std::move(blank)) {}

  // The next frame, or nothing when the worker ended or said nothing for so long.
  std::optional<Message> Next(int timeout_ms = 20'000);
  void Send(const Bytes& frames);
  // Specialises and waits for kReady or kBuildError.
  Message Load(const std::string& source, uint32_t memory_mb = 128);
  void Call(uint32_t id, const std::string& data, uint32_t remaining_ms = 5'000);
  // One call, one answer; logs and host calls in between are dropped.
  Message Ask(const std::string& data);
  sandbox::Blank& blank() { return blank_; }

 private:
  sandbox::Blank blank_;
  Bytes in_;
  uint32_t next_call_ = 0x100;
};

// Paths from the environment or the build tree; null with a reason when the tests cannot run.
sandbox::Zygote* SharedZygote(std::string& why_not, bool jitless = false);
sandbox::Blank MakeBlank(sandbox::Zygote& zygote, uint32_t memory_mb = 1'024, uint32_t skip = 0);

}  // namespace nsl::testing
