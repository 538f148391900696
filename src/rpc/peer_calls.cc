// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "rpc/peer_impl.h"

namespace nsl::rpc {

uint32_t Peer::Impl::RemainingMs(Deadline deadline) const {
  if (deadline.never()) return 0;
  // 0 says "none" in the frame: a deadline that is passing is sent as the shortest.
  return static_cast<uint32_t>(std::clamp<int64_t>(deadline.RemainingMs(env.clock), 1, UINT32_MAX));
}

uint64_t Peer::Impl::Open(Deadline deadline, size_t body_size, Reply& reply, CallOptions options) {
  if (closed) {
    reply(Fail(Reason::kPlatformUnavailable, "there is no connection: " + why.detail));
    return 0;
  }
  if (body_size > kMaxBody) {
    reply(Fail(Reason::kRequestTooLarge, "the request has " + std::to_string(body_size) +
                                             " bytes; " + std::to_string(kMaxBody) +
                                             " fit a call"));
    return 0;
  }
  if (in_flight >= limits.in_flight || out.waiting() + body_size > limits.output_bytes) {
    reply(Fail(Reason::kQuotaBusy, "the connection has too many calls in flight; try again"));
    return 0;
  }
  uint32_t slot = free_slot;
  if (slot == kNoSlot) {
    slot = static_cast<uint32_t>(pending.size());
    pending.emplace_back();
  } else {
    free_slot = pending[slot].next_free;
  }
  Pending& call = pending[slot];
  call.reply = std::move(reply);
  // Never 0, so that no id is.
  call.generation = std::max<uint32_t>(call.generation + 1, 1);
  call.used = true;
  call.idempotent = options.idempotent;
  call.max_reply = options.max_reply;
  ++in_flight;
  if (!deadline.never()) {
    own_deadlines.Add(slot, deadline.at());
    WakeTicker();
  }
  return uint64_t{call.generation} << 32 | slot;
}

uint64_t Peer::Impl::Call(uint16_t method, Deadline deadline, ByteView body, Reply reply,
                          CallOptions options) {
  uint64_t id = Open(deadline, body.size(), reply, options);
  if (id == 0) return 0;
  AppendBody(FrameKind::kCall, FrameKind::kCallChunk, method, id, RemainingMs(deadline), body);
  return id;
}

void Peer::Impl::AppendBody(FrameKind kind, FrameKind chunk, uint16_t method, uint64_t id,
                            uint32_t remaining_ms, ByteView body) {
  if (body.size() > kMaxFrameBody) {
    while (body.size() > kChunkBytes) {
      AppendFrame({.kind = chunk, .method = method, .call_id = id, .body = body.first(kChunkBytes)},
                  out.bytes());
      body = body.subspan(kChunkBytes);
    }
  }
  AppendFrame({kind, method, id, remaining_ms, body}, out.bytes());
  MarkDirty();
}

bool Peer::BeginCall(uint16_t method, Deadline deadline, Reply& reply, CallOptions options,
                     uint64_t& id, size_t& start) {
  id = impl_->Open(deadline, 0, reply, options);
  if (id == 0) return false;
  start = BeginFrame(FrameKind::kCall, method, id, impl_->RemainingMs(deadline), output());
  return true;
}

void Peer::EndCall(uint16_t method, uint64_t id, size_t start) {
  Bytes& out = output();
  size_t body_at = start + kFrameHeaderBytes;
  size_t size = out.size() - body_at;
  if (size <= kMaxFrameBody) {
    EndFrame(start, out);
    return impl_->MarkDirty();
  }
  // Too large for one frame: taken back and sent in chunks. The deadline field is read back.
  uint32_t remaining_ms = 0;
  for (size_t i = 0; i < 4; ++i) remaining_ms |= uint32_t{out[start + 16 + i]} << (8 * i);
  Bytes body(out.begin() + static_cast<ptrdiff_t>(body_at), out.end());
  out.resize(start);
  if (size > kMaxBody) {
    return impl_->Complete(Impl::SlotOf(id),
                           nsl::Fail(Reason::kRequestTooLarge, "the request does not fit a call"));
  }
  impl_->AppendBody(FrameKind::kCall, FrameKind::kCallChunk, method, id, remaining_ms, body);
}

Peer::Impl::Pending* Peer::Impl::PendingOf(uint64_t id) {
  uint32_t slot = SlotOf(id);
  if (slot >= pending.size()) return nullptr;
  Pending& call = pending[slot];
  return call.used && call.generation == id >> 32 ? &call : nullptr;
}

void Peer::Impl::Complete(uint32_t slot, Result<ByteView> result) {
  Pending& call = pending[slot];
  Reply reply = std::move(call.reply);
  call.used = false;
  call.next_free = free_slot;
  free_slot = slot;
  --in_flight;
  own_deadlines.Remove(slot);
  DropAssembly(call.assembly);
  reply(std::move(result));
}

void Peer::Impl::Cancel(uint64_t id) {
  if (PendingOf(id) == nullptr) return;
  if (!closed) {
    AppendFrame({.kind = FrameKind::kCancel, .call_id = id, .body = {}}, out.bytes());
    MarkDirty();
  }
  Complete(SlotOf(id), Fail(Reason::kPlatformCancelled, "the caller gave the call up"));
}

void Peer::Impl::OnAnswer(const Frame& frame) {
  // An answer to a call that has ended here already is late, not wrong.
  Pending* call = PendingOf(frame.call_id);
  if (call == nullptr) return;
  uint32_t slot = SlotOf(frame.call_id);
  if (frame.kind == FrameKind::kError) {
    return Complete(slot, std::unexpected(ParseError(frame.body)));
  }
  if (call->assembly.size() + frame.body.size() > call->max_reply) {
    return Complete(
        slot, Fail(Reason::kPlatformInternal, "the answer is larger than the method's limit of " +
                                                  std::to_string(call->max_reply) + " bytes"));
  }
  if (call->assembly.empty()) return Complete(slot, frame.body);
  if (!Assemble(call->assembly, frame.body)) return;
  // Out of the slot, so that the callback may use it for another call.
  assembling -= call->assembly.size();
  Bytes whole = std::move(call->assembly);
  call->assembly = Bytes();
  Complete(slot, ByteView(whole));
}

void Peer::Impl::OnReplyChunk(const Frame& frame) {
  Pending* call = PendingOf(frame.call_id);
  if (call == nullptr) return;
  if (call->assembly.size() + frame.body.size() > call->max_reply) {
    return Complete(SlotOf(frame.call_id), Fail(Reason::kPlatformInternal,
                                                "the answer is larger than the method's limit of " +
                                                    std::to_string(call->max_reply) + " bytes"));
  }
  Assemble(call->assembly, frame.body);
}

bool Peer::Impl::Assemble(Bytes& into, ByteView piece) {
  if (assembling + piece.size() > limits.assembly_bytes) {
    Close(Error(Reason::kPlatformUnavailable, "the other end sends too many large bodies at once"));
    return false;
  }
  into.insert(into.end(), piece.begin(), piece.end());
  assembling += piece.size();
  return true;
}

void Peer::Impl::DropAssembly(Bytes& from) {
  if (from.empty()) return;
  assembling -= from.size();
  Bytes().swap(from);
}

Task<Result<Bytes>> Peer::CallBytes(uint16_t method, Deadline deadline, Bytes body,
                                    CallOptions options) {
  PeerPtr keep(this);
  auto start = [this, method, deadline, &body, options](auto handler) {
    // Shared by the answer and the cancellation.
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    auto slot = asio::get_associated_cancellation_slot(*done);
    auto answer = [done, slot, work = asio::make_work_guard(done->get_executor())](
                      Result<ByteView> result) mutable {
      if (slot.is_connected()) slot.clear();
      auto copy = std::make_shared<Result<Bytes>>();
      if (result) {
        *copy = ToBytes(*result);
      } else {
        *copy = std::unexpected(std::move(result.error()));
      }
      // Posted: the awaiting coroutine must not run inside the reader.
      asio::post(work.get_executor(), [done, copy]() mutable { (*done)(std::move(*copy)); });
      work.reset();
    };
    uint64_t id = CallRaw(method, deadline, body, std::move(answer), options);
    if (id == 0 || !slot.is_connected()) return;
    slot.assign([peer = PeerPtr(this), id](asio::cancellation_type) {
      // Copies: completing the call clears the slot and with it this very function.
      PeerPtr held = peer;
      uint64_t call = id;
      held->Cancel(call);
    });
  };
  Result<Bytes> result =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(Result<Bytes>)>(
          std::move(start), kUseTask);
  co_return result;
}

}  // namespace nsl::rpc
