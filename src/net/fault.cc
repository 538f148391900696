// SPDX-License-Identifier: Apache-2.0
#include "net/fault.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace nsl::net {
namespace {

// Where one direction stands, and what of the next bytes it lets through.
class Direction {
 public:
  explicit Direction(FaultPlan plan) : plan_(plan) {}
  const FaultPlan& plan() const { return plan_; }

  size_t Allow(size_t n) const {
    if (plan_.slice != 0) n = std::min(n, plan_.slice);
    if (plan_.cut_at) n = std::min<uint64_t>(n, *plan_.cut_at - std::min(*plan_.cut_at, at_));
    return n;
  }
  bool cut() const { return plan_.cut_at && at_ >= *plan_.cut_at; }
  // Alters the next bytes; gives how many are left.
  size_t Pass(std::span<uint8_t> bytes) {
    size_t n = bytes.size();
    if (plan_.flip_at && Inside(*plan_.flip_at, n)) bytes[*plan_.flip_at - at_] ^= 1;
    size_t left = n;
    if (plan_.drop_at && Inside(*plan_.drop_at, n)) {
      auto gone = bytes.begin() + static_cast<ptrdiff_t>(*plan_.drop_at - at_);
      std::copy(gone + 1, bytes.end(), gone);
      --left;
    }
    at_ += n;
    return left;
  }

 private:
  bool Inside(uint64_t offset, size_t n) const { return offset >= at_ && offset < at_ + n; }
  FaultPlan plan_;
  uint64_t at_ = 0;
};

class FaultStream final : public ByteStream {
 public:
  FaultStream(std::unique_ptr<ByteStream> inner, FaultPlan reading, FaultPlan writing)
      : inner_(std::move(inner)), reading_(reading), writing_(writing) {}

  Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
    for (;;) {
      if (reading_.plan().delay.count() != 0) co_await Delay(reading_.plan().delay);
      size_t allowed = reading_.Allow(into.size());
      if (allowed == 0) co_return size_t{0};
      Result<size_t> got = co_await inner_->ReadSome(into.first(allowed));
      if (!got || *got == 0) co_return got;
      size_t left = reading_.Pass(into.first(*got));
      if (left != 0) co_return left;
    }
  }

  Result<size_t> WriteNow(ByteView data) override {
    // A cut direction swallows what is written, as a relay does.
    if (writing_.cut()) return data.size();
    Bytes altered = ToBytes(data.first(writing_.Allow(data.size())));
    Direction before = writing_;
    size_t left = writing_.Pass(altered);
    NSL_TRY(size_t taken, inner_->WriteNow(ByteView(altered).first(left)));
    if (taken == left) return altered.size();
    // Counted again when the rest is written.
    writing_ = before;
    Bytes again = ToBytes(data.first(taken));
    writing_.Pass(again);
    return taken;
  }

  Task<Status> WaitWritable() override { return inner_->WaitWritable(); }
  void EndWrite() override { inner_->EndWrite(); }
  void Close() override { inner_->Close(); }
  const PeerInfo& peer() const override { return inner_->peer(); }
  Executor executor() const override { return inner_->executor(); }

 private:
  static Task<void> Delay(std::chrono::milliseconds time) {
    Executor executor = co_await asio::this_coro::executor;
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        timer(executor, time);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(kUseTask, ignored));
  }

  std::unique_ptr<ByteStream> inner_;
  Direction reading_;
  Direction writing_;
};

}  // namespace

std::unique_ptr<ByteStream> MakeFaulty(std::unique_ptr<ByteStream> inner, FaultPlan reading,
                                       FaultPlan writing) {
  return std::make_unique<FaultStream>(std::move(inner), reading, writing);
}

}  // namespace nsl::net
