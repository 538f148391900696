// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer_impl.h"

namespace nsl::rpc {

// The slot of a call or of a piece of one; null when the frame was dealt with already.
Peer::Impl::Incoming* Peer::Impl::SlotFor(const Frame& frame) {
  uint32_t index = SlotOf(frame.call_id);
  if (index >= limits.in_flight) {
    if (frame.kind == FrameKind::kCall) {
      SendRefusal(frame.method, frame.call_id,
                  Error(Reason::kQuotaBusy, "more than " + std::to_string(limits.in_flight) +
                                                " calls are in flight; try again"));
    }
    return nullptr;
  }
  if (incoming.size() <= index) incoming.resize(size_t{index} + 1);
  // A newer call in the same slot: the caller has given the older one up.
  if (incoming[index].used && incoming[index].id != frame.call_id) Withdraw(index);
  Incoming& slot = incoming[index];
  if (slot.used && !slot.assembling) {
    Close(Error(Reason::kPlatformUnavailable, "the other end used a call id twice"));
    return nullptr;
  }
  if (!slot.used) {
    slot.used = true;
    slot.id = frame.call_id;
    slot.method = frame.method;
  }
  return &slot;
}

void Peer::Impl::OnCallChunk(const Frame& frame) {
  Incoming* slot = SlotFor(frame);
  if (slot == nullptr) return;
  slot->assembling = true;
  Handlers::Entry* entry = handlers.Find(frame.method);
  size_t limit = entry != nullptr && entry->call ? entry->max_request : 0;
  if (slot->assembly.size() + frame.body.size() > limit) slot->too_large = true;
  if (slot->too_large) return DropAssembly(slot->assembly);
  Assemble(slot->assembly, frame.body);
}

void Peer::Impl::OnCall(const Frame& frame) {
  Incoming* slot = SlotFor(frame);
  if (slot == nullptr) return;
  if (slot->assembling && !slot->too_large && !Assemble(slot->assembly, frame.body)) return;
  bool whole = slot->assembling && !slot->too_large;
  assembling -= slot->assembly.size();
  Bytes assembled = std::move(slot->assembly);
  slot->assembly = Bytes();
  slot->assembling = false;
  Dispatch(*slot, frame, whole ? ByteView(assembled) : frame.body);
}

void Peer::Impl::Dispatch(Incoming& slot, const Frame& frame, ByteView body) {
  Handlers::Entry* entry = handlers.Find(frame.method);
  if (entry == nullptr || !entry->call) {
    return SendError(frame.method, frame.call_id,
                     Error(Reason::kPlatformUnimplemented,
                           "method " + std::to_string(frame.method) + " is not served here"));
  }
  if (std::exchange(slot.too_large, false) || body.size() > entry->max_request) {
    return SendError(
        frame.method, frame.call_id,
        Error(Reason::kRequestTooLarge, "the request is larger than the method's " +
                                            std::to_string(entry->max_request) + " bytes"));
  }
  slot.max_reply = entry->max_reply;
  Deadline deadline;
  if (frame.remaining_ms != 0) {
    deadline = Deadline(last_received + std::chrono::milliseconds(frame.remaining_ms));
    foreign_deadlines.Add(SlotOf(frame.call_id), deadline.at());
    WakeTicker();
  }
  entry->call(RawCall(PeerPtr(self), frame.method, frame.call_id, deadline, body));
}

void Peer::Impl::OnCancelled(const Frame& frame) {
  if (!Wanted(frame.call_id)) return;
  Withdraw(SlotOf(frame.call_id));
}

void Peer::Impl::OnNotice(const Frame& frame) {
  Handlers::Entry* entry = handlers.Find(frame.method);
  if (entry != nullptr && entry->notice) entry->notice(*self, frame.body);
}

bool Peer::Impl::Wanted(uint64_t id) const {
  uint32_t index = SlotOf(id);
  return !ended && index < incoming.size() && incoming[index].used && incoming[index].id == id;
}

void Peer::Impl::SetCancelled(uint64_t id, Callback<void()> cancelled) {
  if (Wanted(id)) incoming[SlotOf(id)].cancelled = std::move(cancelled);
}

void Peer::Impl::Release(uint32_t index) {
  Incoming& slot = incoming[index];
  slot.used = slot.assembling = slot.too_large = false;
  DropAssembly(slot.assembly);
  foreign_deadlines.Remove(index);
}

// The answer is not wanted any more; whoever works on it is told.
void Peer::Impl::Withdraw(uint32_t index) {
  Callback<void()> cancelled = std::move(incoming[index].cancelled);
  Release(index);
  if (cancelled) cancelled();
}

void Peer::Impl::SendRefusal(uint16_t method, uint64_t id, const Error& error) {
  size_t start = BeginFrame(FrameKind::kError, method, id, 0, out.bytes());
  AppendError(error, out.bytes());
  EndFrame(start, out.bytes());
  MarkDirty();
}

void Peer::Impl::SendError(uint16_t method, uint64_t id, const Error& error) {
  if (!Wanted(id)) return;
  incoming[SlotOf(id)].cancelled.Reset();
  Release(SlotOf(id));
  if (!closed) SendRefusal(method, id, error);
}

void Peer::Impl::SendReply(uint16_t method, uint64_t id, ByteView body) {
  if (!Wanted(id)) return;
  if (body.size() > incoming[SlotOf(id)].max_reply) {
    return SendError(
        method, id,
        Error(Reason::kPlatformInternal, "the answer is larger than the method's limit"));
  }
  // Twice the limit: answers have the better half, calls are refused above the first.
  if (out.waiting() + body.size() > 2 * limits.output_bytes) {
    return SendError(method, id, Error(Reason::kQuotaBusy, "too many answers wait to be read"));
  }
  incoming[SlotOf(id)].cancelled.Reset();
  Release(SlotOf(id));
  if (!closed) AppendBody(FrameKind::kReply, FrameKind::kReplyChunk, method, id, 0, body);
}

bool Peer::Impl::BeginReply(uint16_t method, uint64_t id, size_t& start) {
  if (!Wanted(id)) return false;
  if (closed || out.waiting() > 2 * limits.output_bytes) {
    SendError(method, id, Error(Reason::kQuotaBusy, "too many answers wait to be read"));
    return false;
  }
  start = BeginFrame(FrameKind::kReply, method, id, 0, out.bytes());
  return true;
}

void Peer::Impl::EndReply(uint16_t method, uint64_t id, size_t start) {
  size_t size = out.bytes().size() - start - kFrameHeaderBytes;
  if (size <= kMaxFrameBody && size <= incoming[SlotOf(id)].max_reply) {
    EndFrame(start, out.bytes());
    incoming[SlotOf(id)].cancelled.Reset();
    Release(SlotOf(id));
    return MarkDirty();
  }
  auto body_at = out.bytes().begin() + static_cast<ptrdiff_t>(start + kFrameHeaderBytes);
  Bytes body(body_at, out.bytes().end());
  out.bytes().resize(start);
  SendReply(method, id, body);
}

}  // namespace nsl::rpc
