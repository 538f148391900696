// SPDX-License-Identifier: Apache-2.0
//
// One connection of the HTTP server: answers in the order of requests, one write per wake-up. Heads
// with their small bodies are read and handled in a callback where the stream can say that bytes
// are there; a coroutine does everything else. Inside the room alone; one thread. Late HttpReply
// handles keep the object, not the connection, alive.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "net/buffer.h"
#include "net/flusher.h"
#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/http_text.h"
#include "net/signal.h"

namespace nsl::net {

// What a connection needs from its server, which outlives its reader.
struct HttpConnectionOwner {
  HttpHandler& handler;
  const HttpLimits& limits;
  TaskGroup& group;
  // Moved on by each sweep: timeouts need no clock reading per request.
  MonoTime now;
  bool draining = false;
};

class HttpConnection final : public FlushTarget, private ReadReady {
 public:
  HttpConnection(HttpConnectionOwner& owner, std::unique_ptr<ByteStream> stream);

  // Serves until the connection ends. The caller holds the object and calls Finish() afterwards,
  // also when the coroutine was cancelled.
  Task<void> Run();
  void Finish();

  void Answer(uint64_t sequence, unsigned status, std::span<const HttpHeader> headers,
              ByteView body);
  void AnswerRefusal(uint64_t sequence, unsigned status);
  bool gone() const { return dead_; }
  // Closes it when it has been silent for too long.
  void Sweep();
  // Closes it once nothing is in flight.
  void Drain();
  void Kill();

 private:
  friend void intrusive_ptr_add_ref(HttpConnection* connection);
  friend void intrusive_ptr_release(HttpConnection* connection);
  enum class Step : uint8_t { kAgain, kRead, kBlocked, kStop };
  enum class Phase : uint8_t { kHead, kBody, kChunks, kDrain, kLinger };
  struct Parked {
    uint64_t sequence;
    Bytes bytes;
  };

  Task<void> Serve();
  Task<void> DrainOutput();
  Task<void> Linger();
  Task<void> Write();
  void Flush() override;
  void OnReadable() override;

  Step Advance();
  Step AdvanceHead();
  Step BeginBody();
  Step AdvanceBody();
  Step AdvanceChunks();
  bool AwaitContinue();
  void Dispatch(ByteView body);
  Step Refuse(unsigned status);
  void EnterPhase(Phase phase);

  uint64_t Bit(uint64_t sequence) const { return uint64_t{1} << (sequence % 64); }
  bool in_flight() const { return head_ != next_; }
  bool output_full() const { return out_.waiting() + parked_bytes_ > owner_->limits.output_bytes; }
  ResponseShape ShapeOf(uint64_t sequence) const;
  void Sent(uint64_t sequence);
  void Park(uint64_t sequence, Bytes bytes);
  void Wake();

  // Null once Finish() was called.
  HttpConnectionOwner* owner_;
  // Shared: the reader and the writer of a slow client end in any order.
  std::shared_ptr<ByteStream> stream_;
  std::optional<Signal> changed_;
  HttpParser parser_;
  InputBuffer in_;
  OutputBuffer out_;
  // Body of a chunked request.
  Bytes body_;
  size_t body_limit_ = 0;
  // Requests are numbered: `next_` is the next one's, `head_` the first unanswered one's. Bits say
  // how to answer each, modulo 64.
  uint64_t next_ = 0;
  uint64_t head_ = 0;
  uint64_t bodiless_ = 0;
  uint64_t close_ = 0;
  uint64_t http10_ = 0;
  // Answers that are ready before their turn.
  std::vector<Parked> parked_;
  size_t parked_bytes_ = 0;
  MonoTime phase_since_;
  MonoTime last_byte_;
  Phase phase_ = Phase::kHead;
  bool in_message_ = false;
  bool want_continue_ = false;
  bool waiting_ = false;
  // OnReadable reads; the coroutine waits until it cannot go on.
  bool watching_ = false;
  // The stream has nothing to say but its end.
  bool ended_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool refused_ = false;
  bool dead_ = false;
  uint32_t references_ = 0;
};

using HttpConnectionPtr = boost::intrusive_ptr<HttpConnection>;

}  // namespace nsl::net
