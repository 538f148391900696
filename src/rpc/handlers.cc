// SPDX-License-Identifier: Apache-2.0
#include "rpc/handlers.h"

#include "rpc/peer_impl.h"

namespace nsl::rpc {

RawCall& RawCall::operator=(RawCall&& other) noexcept {
  if (this != &other) {
    RawCall old(std::move(*this));
    peer_ = std::move(other.peer_);
    method_ = other.method_;
    id_ = other.id_;
    deadline_ = other.deadline_;
    body_ = other.body_;
  }
  return *this;
}

RawCall::~RawCall() {
  if (peer_) Fail(Error(Reason::kPlatformInternal, "the call was dropped without an answer"));
}

bool RawCall::wanted() const { return peer_ && peer_->impl_->Wanted(id_); }

void RawCall::Reply(ByteView body) {
  if (!peer_) return;
  PeerPtr peer = std::move(peer_);
  peer->impl_->SendReply(method_, id_, body);
}

void RawCall::Fail(const Error& error) {
  if (!peer_) return;
  PeerPtr peer = std::move(peer_);
  peer->impl_->SendError(method_, id_, error);
}

void RawCall::OnCancel(Callback<void()> cancelled) {
  if (peer_) peer_->impl_->SetCancelled(id_, std::move(cancelled));
}

Handlers::Entry& Handlers::Slot(uint16_t method) {
  if (entries_.size() <= method) entries_.resize(size_t{method} + 1);
  return entries_[method];
}

void Handlers::OnRaw(uint16_t method, OnCall call, size_t max_request, size_t max_reply) {
  Entry& entry = Slot(method);
  NSL_CHECK(!entry.call && max_request <= kMaxBody && max_reply <= kMaxBody);
  entry.call = std::move(call);
  entry.max_request = max_request;
  entry.max_reply = max_reply;
}

void Handlers::OnNotify(uint16_t method, OnNotice notice) {
  Entry& entry = Slot(method);
  NSL_CHECK(!entry.notice);
  entry.notice = std::move(notice);
}

Handlers::Entry* Handlers::Find(uint16_t method) {
  return method < entries_.size() ? &entries_[method] : nullptr;
}

}  // namespace nsl::rpc
