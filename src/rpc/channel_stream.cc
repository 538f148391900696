// SPDX-License-Identifier: Apache-2.0
#include "rpc/channel_stream.h"

#include <algorithm>

#include "crypto/aead.h"
#include "net/buffer.h"

namespace nsl::rpc {
namespace {

constexpr size_t kHeader = 4;
constexpr size_t kMaxRecord = kMaxRecordText + crypto::kAesTagBytes;

class ChannelStream final : public net::ByteStream {
 public:
  ChannelStream(std::unique_ptr<net::ByteStream> inner, ByteView write_key, ByteView read_key,
                uint32_t direction)
      : inner_(std::move(inner)), writer_(write_key), reader_(read_key), direction_(direction) {}

  Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
    for (;;) {
      if (read_at_ < plain_.size()) {
        size_t n = std::min(into.size(), plain_.size() - read_at_);
        std::copy_n(plain_.begin() + static_cast<ptrdiff_t>(read_at_), n, into.begin());
        read_at_ += n;
        co_return n;
      }
      if (ended_) co_return size_t{0};
      if (failed_) co_return Failed();
      Result<size_t> opened = OpenRecord();
      if (!opened) co_return opened;
      if (*opened == 0) continue;
      Result<size_t> got = co_await inner_->ReadSome(in_.Prepare(*opened));
      if (!got) co_return got;
      if (*got == 0) co_return Break("it was cut off");
      in_.Commit(*got);
    }
  }

  Result<size_t> WriteNow(ByteView data) override {
    if (failed_) return Failed();
    NSL_TRY_VOID(Push());
    if (out_.waiting() != 0 || data.empty()) return 0;
    // The first byte is in a record that left meanwhile.
    size_t taken = std::exchange(owed_, 0);
    while (taken < data.size()) {
      ByteView piece = data.subspan(taken, std::min(kMaxRecordText, data.size() - taken));
      Seal(piece);
      taken += piece.size();
      NSL_TRY_VOID(Push());
      if (out_.waiting() == 0) continue;
      // The last byte is reported as not taken although it is sealed, so that the caller comes back
      // and the rest of the record is sent then.
      owed_ = 1;
      return taken - 1;
    }
    return taken;
  }

  Task<Status> WaitWritable() override {
    while (!failed_ && out_.waiting() != 0) {
      Status writable = co_await inner_->WaitWritable();
      if (!writable) co_return writable;
      Status pushed = Push();
      if (!pushed) co_return pushed;
    }
    if (failed_) co_return Failed();
    co_return Status();
  }

  // Sends the authenticated end when it can go at once; otherwise the other end sees a cut.
  void EndWrite() override {
    if (failed_ || end_sent_) return;
    end_sent_ = true;
    Seal({});
    if (Push() && out_.waiting() == 0) inner_->EndWrite();
  }
  void Close() override {
    EndWrite();
    inner_->Close();
  }
  const net::PeerInfo& peer() const override { return inner_->peer(); }
  Executor executor() const override { return inner_->executor(); }

 private:
  static crypto::AesNonce Nonce(uint32_t direction, uint64_t sequence) {
    crypto::AesNonce nonce{};
    nonce[3] = static_cast<uint8_t>(direction);
    for (size_t i = 0; i < 8; ++i) nonce[11 - i] = static_cast<uint8_t>(sequence >> (8 * i));
    return nonce;
  }

  void Seal(ByteView text) {
    uint8_t header[kHeader];
    size_t length = text.size() + crypto::kAesTagBytes;
    for (size_t i = 0; i < kHeader; ++i) header[i] = static_cast<uint8_t>(length >> (8 * i));
    out_.bytes().insert(out_.bytes().end(), header, header + kHeader);
    writer_.Seal(Nonce(direction_, written_++), header, text, out_.bytes());
  }

  Status Push() {
    if (out_.waiting() == 0) return Status();
    NSL_TRY(size_t taken, inner_->WriteNow(out_.view()));
    out_.Sent(taken);
    return Status();
  }

  // 0 = a record was opened; else how many bytes are missing for one.
  Result<size_t> OpenRecord() {
    ByteView data = in_.view();
    if (data.size() < kHeader) return kHeader - data.size();
    size_t length = 0;
    for (size_t i = 0; i < kHeader; ++i) length |= size_t{data[i]} << (8 * i);
    if (length < crypto::kAesTagBytes || length > kMaxRecord) return Break("a record is malformed");
    if (data.size() < kHeader + length) return kHeader + length - data.size();
    plain_.clear();
    read_at_ = 0;
    Status opened = reader_.Open(Nonce(1 - direction_, read_++), data.first(kHeader),
                                 data.subspan(kHeader, length), plain_);
    if (!opened) return Break("a record was altered, repeated or left out");
    in_.Consume(kHeader + length);
    ended_ = plain_.empty();
    return 0;
  }

  std::unexpected<Error> Break(std::string_view what) {
    failed_ = true;
    plain_.clear();
    read_at_ = 0;
    inner_->Close();
    failure_ = "the channel was ended: " + std::string(what);
    return Failed();
  }
  std::unexpected<Error> Failed() const { return Fail(Reason::kPlatformIntegrity, failure_); }

  std::unique_ptr<net::ByteStream> inner_;
  crypto::AesGcm writer_;
  crypto::AesGcm reader_;
  uint32_t direction_;
  uint64_t written_ = 0;
  uint64_t read_ = 0;
  net::InputBuffer in_{16 * 1024};
  net::OutputBuffer out_;
  Bytes plain_;
  size_t read_at_ = 0;
  size_t owed_ = 0;
  bool end_sent_ = false;
  bool ended_ = false;
  bool failed_ = false;
  std::string failure_;
};

}  // namespace

std::unique_ptr<net::ByteStream> MakeChannelStream(std::unique_ptr<net::ByteStream> inner,
                                                   ByteView write_key, ByteView read_key,
                                                   uint32_t direction) {
  return std::make_unique<ChannelStream>(std::move(inner), write_key, read_key, direction);
}

}  // namespace nsl::rpc
