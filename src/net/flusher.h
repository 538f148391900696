// SPDX-License-Identifier: Apache-2.0
//
// Flusher: one write per connection and wake-up of the thread.
//
// Whoever appends output calls MarkDirty(); after everything that was ready has been handled, each
// marked target gets BeforeFlush() (which may append more, also to other targets) and then Flush().
// One Flusher per io_context, found by its executor; used on that thread alone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <utility>
#include <vector>

#include "base/task.h"

namespace nsl::net {

class Flusher;

class FlushTarget {
 public:
  explicit FlushTarget(Flusher& flusher) : flusher_(flusher) {}
  FlushTarget(const FlushTarget&) = delete;
  FlushTarget& operator=(const FlushTarget&) = delete;
  virtual void BeforeFlush() {}
  virtual void Flush() = 0;

 protected:
  ~FlushTarget();
  void MarkDirty();

 private:
  friend class Flusher;
  Flusher& flusher_;
  bool dirty_ = false;
};

class Flusher final : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;
  explicit Flusher(asio::execution_context& context);
  static Flusher& For(const Executor& executor);

  // While one stands, marked targets wait for its end instead of the next turn of the loop, which
  // costs a look at every descriptor. For whoever handles all that was ready in one go.
  class Batch {
   public:
    explicit Batch(Flusher& flusher)
        : flusher_(flusher), outer_(std::exchange(flusher.in_batch_, true)) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() {
      flusher_.in_batch_ = outer_;
      if (!outer_ && !flusher_.dirty_.empty()) flusher_.Run();
    }

   private:
    Flusher& flusher_;
    bool outer_;
  };

  // Called on the io_context's thread.
  void Add(FlushTarget& target);
  void Remove(FlushTarget& target);

 private:
  void shutdown() override;
  void Run();

  asio::io_context& context_;
  std::vector<FlushTarget*> dirty_;
  std::vector<FlushTarget*> running_;
  bool posted_ = false;
  bool in_batch_ = false;
};

inline void FlushTarget::MarkDirty() {
  if (!dirty_) flusher_.Add(*this);
}

}  // namespace nsl::net
