// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.h"

#include <algorithm>

namespace nsl::net {
namespace {

constexpr size_t kReadBytes = 4096;
constexpr size_t kMaxReadBytes = 64 * 1024;
// What is read and thrown away after a refusal, so that the client sees the answer and no reset.
constexpr size_t kLingerBytes = 256 * 1024;

HttpParserLimits ParserLimits(const HttpLimits& limits) {
  return {limits.header_bytes, limits.target_bytes, limits.headers};
}

}  // namespace

HttpConnection::HttpConnection(HttpConnectionOwner& owner, std::unique_ptr<ByteStream> stream)
    : FlushTarget(Flusher::For(stream->executor())),
      owner_(&owner),
      stream_(std::move(stream)),
      changed_(stream_->executor()),
      parser_(ParserLimits(owner.limits)),
      phase_since_(owner.now),
      last_byte_(owner.now) {}

Task<void> HttpConnection::Run() {
  co_await Serve();
  if (dead_) co_return;
  co_await DrainOutput();
  if (dead_) co_return;
  if (refused_ || !in_.empty()) co_await Linger();
}

void HttpConnection::Finish() {
  dead_ = true;
  if (stream_) stream_->Close();
  stream_.reset();
  changed_.reset();
  out_.Clear();
  parked_.clear();
  owner_ = nullptr;
}

// Reads and handles until the client ends, the server closes or a request is refused.
Task<void> HttpConnection::Serve() {
  for (;;) {
    Step step = Advance();
    while (step == Step::kAgain) step = Advance();
    if (step == Step::kStop || dead_) co_return;
    if (step == Step::kBlocked) {
      waiting_ = true;
      co_await changed_->Wait();
      waiting_ = false;
      continue;
    }
    if (phase_ == Phase::kHead && !ended_ && stream_->WatchRead(this)) {
      watching_ = true;
      while (watching_ && !dead_) co_await changed_->Wait();
      if (dead_) co_return;
      continue;
    }
    // Large bodies are read in large pieces.
    size_t want =
        phase_ == Phase::kHead ? kReadBytes : std::min(in_.size() + kReadBytes, kMaxReadBytes);
    Result<size_t> got = co_await stream_->ReadSome(in_.Prepare(want));
    if (dead_) co_return;
    if (!got) {
      Kill();
      co_return;
    }
    if (*got == 0) {
      // The client has said all it will; what is in flight is still answered.
      if (in_message_ && phase_ != Phase::kHead) refused_ = true;
      co_return;
    }
    in_.Commit(*got);
    last_byte_ = owner_->now;
  }
}

void HttpConnection::OnReadable() {
  // A request may end the connection.
  HttpConnectionPtr keep(this);
  std::optional<Result<size_t>> got = stream_->ReadNow(in_.Prepare(kReadBytes));
  if (!got) return;
  Step step = Step::kStop;
  if (*got && **got > 0) {
    in_.Commit(**got);
    last_byte_ = owner_->now;
    do {
      step = Advance();
    } while (step == Step::kAgain);
    if (dead_ || (step == Step::kRead && phase_ == Phase::kHead)) return;
  } else {
    // The coroutine meets it again.
    ended_ = true;
  }
  stream_->WatchRead(nullptr);
  watching_ = false;
  changed_->Notify();
}

HttpConnection::Step HttpConnection::Advance() {
  if (closing_ || dead_) return Step::kStop;
  switch (phase_) {
    case Phase::kHead:
      return AdvanceHead();
    case Phase::kBody:
      return AdvanceBody();
    case Phase::kChunks:
      return AdvanceChunks();
    default:
      return Step::kStop;
  }
}

HttpConnection::Step HttpConnection::AdvanceHead() {
  if (in_.empty()) {
    if (owner_->draining && !in_flight()) return Step::kStop;
    in_.Shrink();
    return output_full() ? Step::kBlocked : Step::kRead;
  }
  if (next_ - head_ >= std::min<size_t>(owner_->limits.pipeline, 64) || output_full()) {
    return Step::kBlocked;
  }
  if (!in_message_) {
    in_message_ = true;
    phase_since_ = owner_->now;
  }
  size_t length = 0;
  switch (parser_.FindHead(in_.view(), length)) {
    case HttpParser::Found::kMore:
      return Step::kRead;
    case HttpParser::Found::kRefused:
      return Refuse(parser_.status());
    case HttpParser::Found::kHead:
      break;
  }
  ByteView data = in_.view();
  if (!parser_.ParseHead(data.first(length))) return Refuse(parser_.status());
  HttpHead& head = parser_.head();
  head.client_address = stream_->peer().address;
  if (!parser_.chunked() && head.content_length.value_or(0) == 0) {
    Dispatch({});
    in_.Consume(length);
    return Step::kAgain;
  }
  body_limit_ = owner_->handler.BodyLimit(head);
  uint64_t body = head.content_length.value_or(0);
  if (body > body_limit_) return Refuse(413);
  if (!parser_.chunked() && data.size() - length >= body) {
    // The common small body came with its head: no copy.
    Dispatch(data.subspan(length, body));
    in_.Consume(length + body);
    return Step::kAgain;
  }
  parser_.DetachHead();
  in_.Consume(length);
  return BeginBody();
}

HttpConnection::Step HttpConnection::BeginBody() {
  want_continue_ = parser_.expects_continue() && in_.empty();
  body_.clear();
  EnterPhase(parser_.chunked() ? Phase::kChunks : Phase::kBody);
  return Step::kAgain;
}

// True while the go-ahead must wait for answers to earlier requests.
bool HttpConnection::AwaitContinue() {
  if (!want_continue_) return false;
  if (in_flight()) return true;
  want_continue_ = false;
  AppendStatusLine(100, out_.bytes());
  out_.bytes().insert(out_.bytes().end(), {'\r', '\n'});
  MarkDirty();
  return false;
}

HttpConnection::Step HttpConnection::AdvanceBody() {
  if (AwaitContinue()) return Step::kBlocked;
  size_t length = parser_.head().content_length.value_or(0);
  if (in_.size() < length) return Step::kRead;
  Dispatch(in_.view().first(length));
  in_.Consume(length);
  return Step::kAgain;
}

HttpConnection::Step HttpConnection::AdvanceChunks() {
  if (AwaitContinue()) return Step::kBlocked;
  size_t consumed = 0;
  HttpParser::Chunks found = parser_.ParseChunks(in_.view(), body_limit_, body_, consumed);
  in_.Consume(consumed);
  if (found == HttpParser::Chunks::kMore) return Step::kRead;
  if (found == HttpParser::Chunks::kRefused) return Refuse(parser_.status());
  Dispatch(body_);
  Bytes().swap(body_);
  return Step::kAgain;
}

void HttpConnection::Dispatch(ByteView body) {
  uint64_t sequence = next_++;
  uint64_t bit = Bit(sequence);
  bool close = !parser_.keep_alive() || owner_->draining;
  bodiless_ = parser_.is_head() ? bodiless_ | bit : bodiless_ & ~bit;
  close_ = close ? close_ | bit : close_ & ~bit;
  http10_ = parser_.http10() ? http10_ | bit : http10_ & ~bit;
  if (close) closing_ = true;
  HttpRequest request{parser_.head(), body};
  owner_->handler.Handle(request, HttpReply(HttpConnectionPtr(this), sequence));
  parser_.Reset();
  in_message_ = false;
  EnterPhase(Phase::kHead);
}

HttpConnection::Step HttpConnection::Refuse(unsigned status) {
  uint64_t sequence = next_++;
  close_ |= Bit(sequence);
  bodiless_ &= ~Bit(sequence);
  http10_ &= ~Bit(sequence);
  closing_ = refused_ = true;
  AnswerRefusal(sequence, status);
  return Step::kStop;
}

void HttpConnection::EnterPhase(Phase phase) {
  phase_ = phase;
  phase_since_ = owner_->now;
}

Task<void> HttpConnection::DrainOutput() {
  EnterPhase(Phase::kDrain);
  while (!dead_ && (in_flight() || out_.waiting() != 0)) {
    waiting_ = true;
    co_await changed_->Wait();
    waiting_ = false;
  }
}

Task<void> HttpConnection::Linger() {
  EnterPhase(Phase::kLinger);
  stream_->EndWrite();
  size_t thrown_away = 0;
  in_.Consume(in_.size());
  while (thrown_away < kLingerBytes) {
    Result<size_t> got = co_await stream_->ReadSome(in_.Prepare(kReadBytes));
    if (dead_ || !got || *got == 0) co_return;
    thrown_away += *got;
  }
}

}  // namespace nsl::net
