// SPDX-License-Identifier: Apache-2.0
//
// The calls that one worker holds, by the id that the supervisor gave them. A slot's bytes stay
// where they are while the call lives, because event and context read them lazily.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "function_runner/sandbox/worker_link.h"

namespace nsl::js {

struct Call {
  uint32_t id = 0;
  Bytes body;
  sandbox::CallLayout layout;
  std::chrono::steady_clock::time_point deadline;
  // Promises given to waitUntil that have not settled.
  int waiting = 0;
  bool answered = false;
  // What must go with the call: timers and platform calls of its own.
  uint32_t timers = 0;
  uint32_t host_calls = 0;
  uint32_t log_lines = 0;
  size_t log_bytes = 0;

  std::string_view Field(size_t i) const {
    return AsText(ByteView(body).subspan(layout.offset[i], layout.length[i]));
  }
};

class CallTable {
 public:
  // Null for an id whose slot is taken or out of range.
  Call* Open(uint32_t id) {
    size_t slot = id & 0xff;
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    if (!slots_[slot]) slots_[slot] = std::make_unique<Call>();
    Call& call = *slots_[slot];
    if (call.id != 0) return nullptr;
    call.id = id;
    call.waiting = 0;
    call.answered = false;
    call.timers = 0;
    call.host_calls = 0;
    call.log_lines = 0;
    call.log_bytes = 0;
    ++open_;
    return &call;
  }
  Call* Find(uint32_t id) {
    size_t slot = id & 0xff;
    if (id == 0 || slot >= slots_.size() || !slots_[slot]) return nullptr;
    return slots_[slot]->id == id ? slots_[slot].get() : nullptr;
  }
  void Close(Call& call) {
    call.id = 0;
    call.body.clear();
    --open_;
  }
  size_t open() const { return open_; }
  template <class F>
  void ForEach(F f) {
    for (auto& call : slots_) {
      if (call && call->id != 0) f(*call);
    }
  }

 private:
  size_t open_ = 0;
  std::vector<std::unique_ptr<Call>> slots_;
};

}  // namespace nsl::js
