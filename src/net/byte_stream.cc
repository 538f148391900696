// SPDX-License-Identifier: Apache-2.0
#include "net/byte_stream.h"

namespace nsl::net {

bool ByteStream::WatchRead(ReadReady*) { return false; }

std::optional<Result<size_t>> ByteStream::ReadNow(std::span<uint8_t>) { return std::nullopt; }

Task<Status> ByteStream::WriteAll(ByteView data) {
  while (!data.empty()) {
    Result<size_t> taken = WriteNow(data);
    if (!taken) co_return std::unexpected(std::move(taken.error()));
    data = data.subspan(*taken);
    if (data.empty()) break;
    Status writable = co_await WaitWritable();
    if (!writable) co_return writable;
  }
  co_return Status();
}

Task<Status> ByteStream::ReadAll(std::span<uint8_t> into) {
  while (!into.empty()) {
    Result<size_t> got = co_await ReadSome(into);
    if (!got) co_return std::unexpected(std::move(got.error()));
    if (*got == 0) {
      co_return Fail(Reason::kPlatformUnavailable, "the connection ended inside a message");
    }
    into = into.subspan(*got);
  }
  co_return Status();
}

}  // namespace nsl::net
