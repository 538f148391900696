// SPDX-License-Identifier: Apache-2.0
//
// Peer: one connection on which both ends call each other.
//
// Fast path: CallRaw and handlers (handlers.h) start no coroutine and allocate nothing in the
// steady state; one coroutine reads, and what a wake-up of the thread produces leaves in one write.
// Typed calls are in stub.h and dispatcher.h, on top of CallBytes.
//
// Guarantee: each call's callback runs exactly once: with the answer, with the error of the callee,
// platform.deadline, platform.cancelled, quota.busy (too many in flight, too much output waiting),
// or, when the connection ends first, platform.unavailable for idempotent calls and
// platform.unknown_result for others. A frame that breaks the format ends the connection. One
// thread. Held by intrusive pointer: the owner, its reader and the answers that are still due.
#pragma once

#include <memory>

#include "base/env.h"
#include "base/task.h"
#include "net/byte_stream.h"
#include "rpc/handlers.h"

namespace nsl::rpc {

struct PeerLimits {
  // Own calls without answer; also the number of foreign ones that are accepted (at most 65,535).
  size_t in_flight = 10'000;
  // Bytes that wait to be written before calls are refused; above it reading stops too.
  size_t output_bytes = size_t{32} << 20;
  // All unfinished chunked bodies of the connection together.
  size_t assembly_bytes = size_t{64} << 20;
  // A ping after so long without a byte from the other end; the connection ends after twice that.
  std::chrono::milliseconds heartbeat{10'000};
};

struct CallOptions {
  bool idempotent = false;
  size_t max_reply = kMaxFrameBody;
};

// The peer that calls go to now; null while there is none. Peer is one itself, Link another.
class PeerSource {
 public:
  virtual ~PeerSource() = default;
  virtual Peer* Current() = 0;
};

class Peer final : public PeerSource {
 public:
  using Reply = Callback<void(Result<ByteView>)>;

  // `handlers` and what `env` refers to outlive the peer.
  static PeerPtr Create(Env env, std::unique_ptr<net::ByteStream> stream, Handlers& handlers,
                        PeerLimits limits = {});
  ~Peer();

  // Reads and answers until the connection ends; the owner runs it once, in its TaskGroup. Calls
  // may be made before: they are sent when it runs.
  Task<void> Run();
  // Ends the connection and, from the next wake-up on, every call. Idempotent.
  void Close();
  bool closed() const;

  // Returns the id for Cancel; 0 when the call was refused, then `reply` has already run. The body
  // is copied. Views given to `reply` are valid during it.
  uint64_t CallRaw(uint16_t method, Deadline deadline, ByteView body, Reply reply,
                   CallOptions options = {});
  // The same, with the body appended in place by write(Bytes& out).
  template <class F>
  uint64_t CallRawWith(uint16_t method, Deadline deadline, F&& write, Reply reply,
                       CallOptions options = {});
  // The callback runs with platform.cancelled, the other end is told. Unknown ids do nothing.
  void Cancel(uint64_t call_id);
  // Without an answer and without a promise that it arrives; false when it was not taken.
  bool Notify(uint16_t method, ByteView body);
  // Awaits the answer; cancelling the coroutine cancels the call.
  Task<Result<Bytes>> CallBytes(uint16_t method, Deadline deadline, Bytes body,
                                CallOptions options);

  // Runs once per wake-up, after all frames that arrived have been handled and before the output
  // leaves.
  void OnBatchEnd(Callback<void()> callback);
  // Runs once when the connection has ended, after all calls have been told.
  void OnClosed(Callback<void()> callback);

  const net::PeerInfo& info() const;
  size_t calls_in_flight() const;
  size_t output_waiting() const;
  // For the owner: which of many connections this is.
  uint64_t tag = 0;

  Peer* Current() override { return this; }
  class Impl;

 private:
  friend class RawCall;
  friend void intrusive_ptr_add_ref(Peer* peer);
  friend void intrusive_ptr_release(Peer* peer);
  explicit Peer(std::unique_ptr<Impl> impl);

  // Halves of the in-place writers: where the frame starts, and its end.
  bool BeginCall(uint16_t method, Deadline deadline, Reply& reply, CallOptions options,
                 uint64_t& id, size_t& start);
  void EndCall(uint16_t method, uint64_t id, size_t start);
  bool BeginReply(uint16_t method, uint64_t id, size_t& start);
  void EndReply(uint16_t method, uint64_t id, size_t start);
  Bytes& output();

  std::unique_ptr<Impl> impl_;
  size_t references_ = 0;
};

inline void intrusive_ptr_add_ref(Peer* peer) { ++peer->references_; }
inline void intrusive_ptr_release(Peer* peer) {
  if (--peer->references_ == 0) delete peer;
}

template <class F>
uint64_t Peer::CallRawWith(uint16_t method, Deadline deadline, F&& write, Reply reply,
                           CallOptions options) {
  uint64_t id = 0;
  size_t start = 0;
  if (!BeginCall(method, deadline, reply, options, id, start)) return 0;
  write(output());
  EndCall(method, id, start);
  return id;
}

template <class F>
void RawCall::ReplyWith(F&& write) {
  if (!peer_) return;
  PeerPtr peer = std::move(peer_);
  size_t start = 0;
  if (!peer->BeginReply(method_, id_, start)) return;
  write(peer->output());
  peer->EndReply(method_, id_, start);
}

}  // namespace nsl::rpc
