// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "rpc/peer_impl.h"

namespace nsl::rpc {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
// Without a deadline in either wheel the ticker sleeps so long; it also paces the heartbeat.
constexpr std::chrono::milliseconds kSlowTick{1'000};
// Empty fast ticks before it slows down again: calls that follow each other do not wake it.
constexpr int kIdleTicks = 100;

}  // namespace

Peer::Impl::Impl(Env e, std::unique_ptr<net::ByteStream> s, Handlers& h, PeerLimits l)
    : FlushTarget(net::Flusher::For(s->executor())),
      flusher(net::Flusher::For(s->executor())),
      env(e),
      stream(std::move(s)),
      handlers(h),
      limits(l),
      tasks(stream->executor()),
      drained(stream->executor()),
      wake_ticker(stream->executor()),
      own_deadlines(env.clock.Mono()),
      foreign_deadlines(env.clock.Mono()),
      last_received(env.clock.Mono()) {
  limits.in_flight = std::min<size_t>(limits.in_flight, 65'535);
}

Task<void> Peer::Impl::Run() {
  PeerPtr keep(self);
  // Cancelled or not, the helpers are waited for below: awaiting must not throw.
  bool before = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  running = true;
  if (closed || out.waiting() != 0) MarkDirty();
  tasks.Spawn(Tick());
  co_await Read();
  Close(Error(Reason::kPlatformUnavailable, "the connection ended"));
  tasks.Close();
  co_await tasks.Wait();
  End();
  co_await asio::this_coro::throw_if_cancelled(before);
}

Task<void> Peer::Impl::Read() {
  while (!closed) {
    // A peer that does not read its answers is not read from either.
    while (!closed && out.waiting() > limits.output_bytes) co_await drained.Wait();
    if (closed) co_return;
    size_t want = std::max(kReadBytes, wanted_bytes - std::min(wanted_bytes, in.size()));
    Result<size_t> got = co_await stream->ReadSome(in.Prepare(want));
    if (!got) {
      Close(std::move(got.error()));
      co_return;
    }
    if (*got == 0) {
      Close(Error(Reason::kPlatformUnavailable, "the other end closed the connection"));
      co_return;
    }
    in.Commit(*got);
    last_received = env.clock.Mono();
    ping_sent = false;
    if (!HandleBatch()) {
      env.metrics.GetCounter("nsl_rpc_bad_frames_total", "Connections ended because of a bad frame")
          .Add();
      Close(
          Error(Reason::kPlatformUnavailable, "the other end sent a frame that breaks the format"));
      co_return;
    }
    in.Shrink();
  }
}

// What the frames brought about leaves in one write per connection, before the next read.
bool Peer::Impl::HandleBatch() {
  net::Flusher::Batch flush(flusher);
  return HandleFrames();
}

bool Peer::Impl::HandleFrames() {
  batch = true;
  MarkDirty();
  Frame frame;
  size_t length = 0;
  while (!closed) {
    switch (ReadFrame(in.view(), frame, length)) {
      case FrameStatus::kBad:
        return false;
      case FrameStatus::kNeedMore:
        wanted_bytes = length;
        return true;
      case FrameStatus::kFrame:
        // The body stays where it is until the next read.
        in.Consume(length);
        HandleFrame(frame);
    }
  }
  return true;
}

void Peer::Impl::HandleFrame(const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kCall:
      return OnCall(frame);
    case FrameKind::kReply:
    case FrameKind::kError:
      return OnAnswer(frame);
    case FrameKind::kCancel:
      return OnCancelled(frame);
    case FrameKind::kPing:
      // A flood of pings must not fill the output.
      if (out.waiting() < limits.output_bytes) {
        AppendFrame({.kind = FrameKind::kPong, .body = {}}, out.bytes());
      }
      return;
    case FrameKind::kPong:
      return;
    case FrameKind::kNotify:
      return OnNotice(frame);
    case FrameKind::kCallChunk:
      return OnCallChunk(frame);
    case FrameKind::kReplyChunk:
      return OnReplyChunk(frame);
  }
}

void Peer::Impl::Close(Error reason) {
  if (closed) return;
  closed = true;
  why = std::move(reason);
  stream->Close();
  drained.Notify();
  MarkDirty();
}

void Peer::Impl::End() {
  if (ended) return;
  ended = true;
  closed = true;
  out.Clear();
  for (uint32_t slot = 0; slot < pending.size(); ++slot) {
    if (!pending[slot].used) continue;
    Reason reason =
        pending[slot].idempotent ? Reason::kPlatformUnavailable : Reason::kPlatformUnknownResult;
    Complete(slot, Fail(reason, "the connection ended before the answer: " + why.detail));
  }
  for (uint32_t slot = 0; slot < incoming.size(); ++slot) {
    if (incoming[slot].used) Withdraw(slot);
  }
  if (on_closed) std::exchange(on_closed, {})();
}

void Peer::Impl::BeforeFlush() {
  PeerPtr keep(self);
  if (closed) return End();
  if (std::exchange(batch, false) && on_batch_end) on_batch_end();
}

void Peer::Impl::Flush() {
  if (!running || closed || writing || out.waiting() == 0) return;
  Result<size_t> taken = stream->WriteNow(out.view());
  if (!taken) return Close(std::move(taken.error()));
  out.Sent(*taken);
  if (out.waiting() == 0) return;
  writing = tasks.Spawn(Write());
}

// Only when one write did not take everything.
Task<void> Peer::Impl::Write() {
  while (!closed && out.waiting() != 0) {
    Status writable = co_await stream->WaitWritable();
    if (closed) co_return;
    Result<size_t> taken =
        writable ? stream->WriteNow(out.view()) : Result<size_t>(std::unexpected(writable.error()));
    if (!taken) {
      Close(std::move(taken.error()));
      co_return;
    }
    out.Sent(*taken);
    if (out.waiting() <= limits.output_bytes) drained.Notify();
  }
  writing = false;
}

Task<void> Peer::Impl::Tick() {
  int idle = kIdleTicks;
  while (!closed) {
    bool empty = own_deadlines.size() + foreign_deadlines.size() == 0;
    idle = empty ? idle + 1 : 0;
    ticking_fast = idle < kIdleTicks;
    co_await wake_ticker.WaitFor(ticking_fast ? DeadlineWheel::kTick : kSlowTick);
    if (closed) co_return;
    ticking_fast = true;
    Expire();
    Heartbeat();
  }
}

void Peer::Impl::WakeTicker() {
  if (ticking_fast) return;
  ticking_fast = true;
  wake_ticker.Notify();
}

void Peer::Impl::Expire() {
  MonoTime now = env.clock.Mono();
  own_deadlines.Advance(now, [this](uint32_t slot) {
    if (!pending[slot].used) return;
    Complete(slot, Fail(Reason::kPlatformDeadline, "no answer by the deadline of the call"));
  });
  foreign_deadlines.Advance(now, [this](uint32_t slot) {
    if (!incoming[slot].used) return;
    SendRefusal(incoming[slot].method, incoming[slot].id,
                Error(Reason::kPlatformDeadline, "the call was not answered by its deadline"));
    Withdraw(slot);
  });
}

void Peer::Impl::Heartbeat() {
  auto silent = env.clock.Mono() - last_received;
  if (silent >= 2 * limits.heartbeat) {
    return Close(Error(Reason::kPlatformUnavailable, "the other end has been silent for too long"));
  }
  if (silent < limits.heartbeat || ping_sent) return;
  ping_sent = true;
  AppendFrame({.kind = FrameKind::kPing, .body = {}}, out.bytes());
  MarkDirty();
}

PeerPtr Peer::Create(Env env, std::unique_ptr<net::ByteStream> stream, Handlers& handlers,
                     PeerLimits limits) {
  PeerPtr peer(new Peer(std::make_unique<Impl>(env, std::move(stream), handlers, limits)));
  peer->impl_->self = peer.get();
  return peer;
}

Peer::Peer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Peer::~Peer() {
  // Callbacks may take and drop handles to this object: it must not be deleted twice.
  references_ = 1U << 30;
  impl_->closed = true;
  impl_->End();
}

Task<void> Peer::Run() { return impl_->Run(); }
void Peer::Close() { impl_->Close(Error(Reason::kPlatformCancelled, "closed by this end")); }
bool Peer::closed() const { return impl_->closed; }
void Peer::OnBatchEnd(Callback<void()> callback) { impl_->on_batch_end = std::move(callback); }
void Peer::OnClosed(Callback<void()> callback) { impl_->on_closed = std::move(callback); }
const net::PeerInfo& Peer::info() const { return impl_->stream->peer(); }
size_t Peer::calls_in_flight() const { return impl_->in_flight; }
size_t Peer::output_waiting() const { return impl_->out.waiting(); }
Bytes& Peer::output() { return impl_->out.bytes(); }
void Peer::Cancel(uint64_t call_id) { impl_->Cancel(call_id); }

uint64_t Peer::CallRaw(uint16_t method, Deadline deadline, ByteView body, Reply reply,
                       CallOptions options) {
  return impl_->Call(method, deadline, body, std::move(reply), options);
}

bool Peer::BeginReply(uint16_t method, uint64_t id, size_t& start) {
  return impl_->BeginReply(method, id, start);
}

void Peer::EndReply(uint16_t method, uint64_t id, size_t start) {
  impl_->EndReply(method, id, start);
}

bool Peer::Notify(uint16_t method, ByteView body) {
  if (impl_->closed || body.size() > kMaxFrameBody ||
      impl_->out.waiting() + body.size() > impl_->limits.output_bytes) {
    return false;
  }
  AppendFrame({.kind = FrameKind::kNotify, .method = method, .body = body}, impl_->out.bytes());
  impl_->MarkDirty();
  return true;
}

}  // namespace nsl::rpc
