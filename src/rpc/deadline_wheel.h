// SPDX-License-Identifier: Apache-2.0
//
// DeadlineWheel: many deadlines, one timer. Adding and removing cost a few stores; a deadline is
// seen at most one tick late and never early. Slots are small numbers that the caller manages, each
// in the wheel at most once. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace nsl::rpc {

class DeadlineWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{10};

  explicit DeadlineWheel(MonoTime now) : now_(TickOf(now)) { heads_.fill(kNone); }

  void Add(uint32_t slot, MonoTime at) {
    if (nodes_.size() <= slot) nodes_.resize(size_t{slot} + 1);
    // Rounded up, and never into a tick that has been visited.
    uint64_t tick = std::max(TickOf(at) + 1, now_ + 1);
    uint32_t& head = heads_[tick % kBuckets];
    nodes_[slot] = {tick, kNone, head, true};
    if (head != kNone) nodes_[head].previous = slot;
    head = slot;
    ++size_;
  }

  // Does nothing for a slot that is not in the wheel.
  void Remove(uint32_t slot) {
    if (slot >= nodes_.size() || !nodes_[slot].in) return;
    Node& node = nodes_[slot];
    if (node.next != kNone) nodes_[node.next].previous = node.previous;
    if (node.previous != kNone) {
      nodes_[node.previous].next = node.next;
    } else {
      heads_[node.tick % kBuckets] = node.next;
    }
    node.in = false;
    --size_;
  }

  // Takes out what is due; expired(slot) runs afterwards and may add and remove.
  template <class F>
  void Advance(MonoTime now, F&& expired) {
    uint64_t end = TickOf(now);
    if (end <= now_) return;
    uint64_t first = end - now_ >= kBuckets ? end - kBuckets + 1 : now_ + 1;
    std::vector<uint32_t> due;
    for (uint64_t tick = first; tick <= end && size_ != 0; ++tick) {
      for (uint32_t slot = heads_[tick % kBuckets]; slot != kNone;) {
        uint32_t next = nodes_[slot].next;
        if (nodes_[slot].tick <= end) {
          Remove(slot);
          due.push_back(slot);
        }
        slot = next;
      }
    }
    now_ = end;
    for (uint32_t slot : due) expired(slot);
  }

  size_t size() const { return size_; }

 private:
  static constexpr size_t kBuckets = 512;
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    uint64_t tick = 0;
    uint32_t previous = kNone;
    uint32_t next = kNone;
    bool in = false;
  };

  static uint64_t TickOf(MonoTime time) {
    return static_cast<uint64_t>(time.time_since_epoch() / kTick);
  }

  uint64_t now_;
  size_t size_ = 0;
  std::array<uint32_t, kBuckets> heads_;
  std::vector<Node> nodes_;
};

}  // namespace nsl::rpc
