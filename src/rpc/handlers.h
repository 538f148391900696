// SPDX-License-Identifier: Apache-2.0
//
// What this program answers: one handler per method number, shared by all its connections.
//
// Filled before the first connection and not changed while one is open. One thread.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <vector>

#include "base/deadline.h"
#include "rpc/callback.h"
#include "rpc/frame.h"

namespace nsl::rpc {

class Peer;
void intrusive_ptr_add_ref(Peer* peer);
void intrusive_ptr_release(Peer* peer);
using PeerPtr = boost::intrusive_ptr<Peer>;

// The right and duty to answer one call, once, now or later. Dropping it unanswered sends
// platform.internal. After the deadline, a cancel or the end of the connection an answer goes
// nowhere. Keeps its Peer alive, so it must be dropped before the io_context is.
class RawCall {
 public:
  RawCall(PeerPtr peer, uint16_t method, uint64_t id, Deadline deadline, ByteView body)
      : peer_(std::move(peer)), method_(method), id_(id), deadline_(deadline), body_(body) {}
  RawCall(RawCall&&) noexcept = default;
  RawCall& operator=(RawCall&& other) noexcept;
  ~RawCall();

  Peer& peer() const { return *peer_; }
  uint16_t method() const { return method_; }
  Deadline deadline() const { return deadline_; }
  // Valid during the handler's call alone.
  ByteView body() const { return body_; }
  // True while an answer would still be sent.
  bool wanted() const;

  void Reply(ByteView body);
  void Fail(const Error& error);
  // Appends the answer where it will be sent from, without a copy: write(Bytes& out) appends.
  template <class F>
  void ReplyWith(F&& write);
  // Called once when the caller cancels, the deadline passes or the connection ends before the
  // answer. Not called from inside the handler.
  void OnCancel(Callback<void()> cancelled);

 private:
  PeerPtr peer_;
  uint16_t method_;
  uint64_t id_;
  Deadline deadline_;
  ByteView body_;
};

class Handlers {
 public:
  using OnCall = Callback<void(RawCall&&)>;
  using OnNotice = Callback<void(Peer&, ByteView)>;
  struct Entry {
    OnCall call;
    OnNotice notice;
    size_t max_request = kMaxFrameBody;
    size_t max_reply = kMaxFrameBody;
  };

  // A number that is taken already is a bug.
  void OnRaw(uint16_t method, OnCall call, size_t max_request = kMaxFrameBody,
             size_t max_reply = kMaxFrameBody);
  // Frames without an answer.
  void OnNotify(uint16_t method, OnNotice notice);
  // Null for a number without handler.
  Entry* Find(uint16_t method);

 private:
  Entry& Slot(uint16_t method);
  std::vector<Entry> entries_;
};

}  // namespace nsl::rpc
