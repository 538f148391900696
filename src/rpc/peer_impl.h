// SPDX-License-Identifier: Apache-2.0
//
// What is behind Peer. Inside the room alone; one thread.
#pragma once

#include "base/task_group.h"
#include "net/buffer.h"
#include "net/flusher.h"
#include "net/signal.h"
#include "rpc/deadline_wheel.h"
#include "rpc/peer.h"

namespace nsl::rpc {

class Peer::Impl final : public net::FlushTarget {
 public:
  Impl(Env env, std::unique_ptr<net::ByteStream> stream, Handlers& handlers, PeerLimits limits);

  // --- The connection (peer.cc).
  Task<void> Run();
  void Close(Error why);
  // Tells every call that the connection has ended. Once.
  void End();
  void BeforeFlush() override;
  void Flush() override;

  // --- Calls of this side (peer_calls.cc).
  uint64_t Call(uint16_t method, Deadline deadline, ByteView body, Reply reply,
                CallOptions options);
  // Takes a slot; 0, and the callback has run, when there is none.
  uint64_t Open(Deadline deadline, size_t body_size, Reply& reply, CallOptions options);
  uint32_t RemainingMs(Deadline deadline) const;
  void AppendBody(FrameKind kind, FrameKind chunk, uint16_t method, uint64_t id,
                  uint32_t remaining_ms, ByteView body);
  void Cancel(uint64_t id);
  void OnAnswer(const Frame& frame);
  void OnReplyChunk(const Frame& frame);
  // Frees the slot and runs its callback.
  void Complete(uint32_t slot, Result<ByteView> result);

  // --- Calls of the other side (peer_answers.cc).
  void OnCall(const Frame& frame);
  void OnCallChunk(const Frame& frame);
  void OnCancelled(const Frame& frame);
  void OnNotice(const Frame& frame);
  bool Wanted(uint64_t id) const;
  void SetCancelled(uint64_t id, Callback<void()> cancelled);
  void SendReply(uint16_t method, uint64_t id, ByteView body);
  void SendError(uint16_t method, uint64_t id, const Error& error);
  bool BeginReply(uint16_t method, uint64_t id, size_t& start);
  void EndReply(uint16_t method, uint64_t id, size_t start);

  using FlushTarget::MarkDirty;

  struct Pending {
    Reply reply;
    uint32_t generation = 0;
    uint32_t next_free = 0;
    bool used = false;
    bool idempotent = false;
    size_t max_reply = 0;
    Bytes assembly;
  };
  struct Incoming {
    Callback<void()> cancelled;
    uint64_t id = 0;
    uint16_t method = 0;
    bool used = false;
    // Its body is still arriving in chunks; and was too large already.
    bool assembling = false;
    bool too_large = false;
    size_t max_reply = 0;
    Bytes assembly;
  };
  static constexpr uint32_t kNoSlot = UINT32_MAX;
  static uint32_t SlotOf(uint64_t id) { return static_cast<uint32_t>(id); }

  Task<void> Read();
  Task<void> Write();
  Task<void> Tick();
  void Expire();
  bool HandleBatch();
  bool HandleFrames();
  void HandleFrame(const Frame& frame);
  void Heartbeat();
  void WakeTicker();
  void SendRefusal(uint16_t method, uint64_t id, const Error& error);
  void Dispatch(Incoming& slot, const Frame& frame, ByteView body);
  Incoming* SlotFor(const Frame& frame);
  void Release(uint32_t slot);
  void Withdraw(uint32_t slot);
  bool Assemble(Bytes& into, ByteView piece);
  void DropAssembly(Bytes& from);
  Pending* PendingOf(uint64_t id);

  // Set by Create, before anything else.
  Peer* self = nullptr;
  net::Flusher& flusher;
  Env env;
  std::unique_ptr<net::ByteStream> stream;
  Handlers& handlers;
  PeerLimits limits;
  TaskGroup tasks;
  net::InputBuffer in{16 * 1024};
  net::OutputBuffer out;
  net::Signal drained;
  net::Signal wake_ticker;
  DeadlineWheel own_deadlines;
  DeadlineWheel foreign_deadlines;
  std::vector<Pending> pending;
  std::vector<Incoming> incoming;
  uint32_t free_slot = kNoSlot;
  size_t in_flight = 0;
  size_t assembling = 0;
  // Bytes the buffer must hold before the next frame is whole.
  size_t wanted_bytes = 0;
  MonoTime last_received;
  bool ping_sent = false;
  bool running = false;
  bool writing = false;
  bool closed = false;
  bool ended = false;
  bool batch = false;
  bool ticking_fast = false;
  Error why;
  Callback<void()> on_batch_end;
  Callback<void()> on_closed;
};

}  // namespace nsl::rpc
