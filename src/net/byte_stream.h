// SPDX-License-Identifier: Apache-2.0
//
// ByteStream: a connection that carries bytes in order, whatever it runs over.
//
// Guarantee: what arrives is what the other end wrote, in order, until an end (0) or an error;
// after either, nothing more arrives. One reader and one writer at a time, on the thread of the
// stream's executor. The stream outlives the calls that wait on it; Close() makes them return.
// A broken connection is platform.unavailable, a call that Close() or a cancelled coroutine ended
// is platform.cancelled.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/task.h"

namespace nsl::net {

// Who is at the other end, as the kernel says.
struct PeerInfo {
  // "192.0.2.1:4711", "unix uid=1000 pid=77", "memory".
  std::string text;
  // The address alone, for rate limits: "192.0.2.1"; empty for what has none.
  std::string address;
  std::optional<uint32_t> uid;
  std::optional<int32_t> pid;
};

// Told that ReadNow has something: bytes, the end, or an error.
class ReadReady {
 public:
  virtual void OnReadable() = 0;

 protected:
  ~ReadReady() = default;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Waits for at least one byte; 0 = the other end wrote its last byte before.
  virtual Task<Result<size_t>> ReadSome(std::span<uint8_t> into) = 0;
  // Reading without a waiting coroutine, for the streams that can: `reader` is told again and again
  // while there is something to read, until null is given or the stream closes. False when this
  // stream cannot, and then ReadNow must not be used.
  virtual bool WatchRead(ReadReady* reader);
  // As ReadSome, or nothing when that would wait.
  virtual std::optional<Result<size_t>> ReadNow(std::span<uint8_t> into);
  // Takes what fits without waiting, 0 when nothing does. After a short write the next call starts
  // with the byte that was not taken.
  virtual Result<size_t> WriteNow(ByteView data) = 0;
  // Returns when WriteNow can take something.
  virtual Task<Status> WaitWritable() = 0;
  // Says to the other end that nothing more is written; reading goes on.
  virtual void EndWrite() = 0;
  // Ends both directions and every waiting call. Idempotent.
  virtual void Close() = 0;
  virtual const PeerInfo& peer() const = 0;
  virtual Executor executor() const = 0;

  // Both need their memory until they return.
  Task<Status> WriteAll(ByteView data);
  // Exactly into.size() bytes; platform.unavailable when the stream ends before.
  Task<Status> ReadAll(std::span<uint8_t> into);
};

// Hands out connections. One Accept at a time.
class Listener {
 public:
  virtual ~Listener() = default;
  // platform.cancelled after Close(); other errors concern one connection, the next may succeed.
  virtual Task<Result<std::unique_ptr<ByteStream>>> Accept() = 0;
  virtual void Close() = 0;
  // "127.0.0.1:8080", a path: where clients connect.
  virtual std::string address() const = 0;
};

}  // namespace nsl::net
