// SPDX-License-Identifier: Apache-2.0
// The answering half of a connection, and what ends it.
#include <algorithm>

#include "net/http_connection.h"

namespace nsl::net {
namespace {

// A refused client has this long to read why.
constexpr std::chrono::milliseconds kLingerTime{2'000};

}  // namespace

ResponseShape HttpConnection::ShapeOf(uint64_t sequence) const {
  uint64_t bit = Bit(sequence);
  bool close = (close_ & bit) != 0 || (owner_->draining && sequence + 1 == next_);
  return {.without_body = (bodiless_ & bit) != 0, .close = close, .http10 = (http10_ & bit) != 0};
}

void HttpConnection::Answer(uint64_t sequence, unsigned status, std::span<const HttpHeader> headers,
                            ByteView body) {
  if (dead_) return;
  ResponseShape shape = ShapeOf(sequence);
  Bytes later;
  Bytes& out = sequence == head_ ? out_.bytes() : later;
  if (!AppendResponse(status, headers, body, shape, out)) AppendRefusal(500, shape, out);
  if (sequence == head_) return Sent(sequence);
  Park(sequence, std::move(later));
}

void HttpConnection::AnswerRefusal(uint64_t sequence, unsigned status) {
  if (dead_) return;
  ResponseShape shape = ShapeOf(sequence);
  if (sequence == head_) {
    AppendRefusal(status, shape, out_.bytes());
    return Sent(sequence);
  }
  Bytes later;
  AppendRefusal(status, shape, later);
  Park(sequence, std::move(later));
}

// The answer at the head is in the output; those that were ready behind it follow.
void HttpConnection::Sent(uint64_t sequence) {
  head_ = sequence + 1;
  while (!parked_.empty()) {
    auto it = std::ranges::find(parked_, head_, &Parked::sequence);
    if (it == parked_.end()) break;
    out_.bytes().insert(out_.bytes().end(), it->bytes.begin(), it->bytes.end());
    parked_bytes_ -= it->bytes.size();
    parked_.erase(it);
    ++head_;
  }
  MarkDirty();
  Wake();
}

void HttpConnection::Park(uint64_t sequence, Bytes bytes) {
  parked_bytes_ += bytes.size();
  parked_.push_back({sequence, std::move(bytes)});
}

void HttpConnection::Wake() {
  if (waiting_ && changed_) changed_->Notify();
}

void HttpConnection::Flush() {
  if (dead_ || writing_ || out_.waiting() == 0) return;
  Result<size_t> taken = stream_->WriteNow(out_.view());
  if (!taken) return Kill();
  out_.Sent(*taken);
  if (out_.waiting() == 0) return Wake();
  writing_ = true;
  if (!owner_->group.Spawn(Write())) Kill();
}

// Only for a client that reads too slowly for one write to take everything.
Task<void> HttpConnection::Write() {
  HttpConnectionPtr self(this);
  std::shared_ptr<ByteStream> stream = stream_;
  while (!dead_ && out_.waiting() != 0) {
    Status writable = co_await stream->WaitWritable();
    if (dead_) co_return;
    Result<size_t> taken = writable ? stream->WriteNow(out_.view())
                                    : Result<size_t>(std::unexpected(writable.error()));
    if (!taken) {
      Kill();
      co_return;
    }
    if (*taken != 0) last_byte_ = owner_->now;
    out_.Sent(*taken);
    if (!output_full()) Wake();
  }
  writing_ = false;
  Wake();
}

void HttpConnection::Kill() {
  if (dead_) return;
  dead_ = true;
  if (stream_) stream_->Close();
  out_.Clear();
  if (changed_) changed_->Notify();
}

void HttpConnection::Drain() {
  if (!in_flight() && !in_message_ && out_.waiting() == 0) Kill();
}

void HttpConnection::Sweep() {
  if (dead_) return;
  const HttpLimits& limits = owner_->limits;
  MonoTime now = owner_->now;
  bool silent = now - last_byte_ > limits.idle;
  switch (phase_) {
    case Phase::kHead:
      if (in_message_ && now - phase_since_ > limits.header_read) {
        Refuse(408);
        // The reader is waiting for bytes that must not come any more.
        EnterPhase(Phase::kDrain);
        return;
      }
      if (silent && !in_message_ && (!in_flight() || out_.waiting() != 0)) Kill();
      return;
    case Phase::kBody:
    case Phase::kChunks:
      if (silent || now - phase_since_ > limits.body_read) Kill();
      return;
    case Phase::kDrain:
      if (refused_ && !in_flight() && now - phase_since_ > kLingerTime) return Kill();
      if (silent && out_.waiting() != 0) Kill();
      return;
    case Phase::kLinger:
      if (now - phase_since_ > kLingerTime) Kill();
  }
}

}  // namespace nsl::net
