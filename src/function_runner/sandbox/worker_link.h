// SPDX-License-Identifier: Apache-2.0
//
// The frames between the supervisor and one worker, over the worker's only socket.
//
// Header, 12 bytes little-endian: u32 body length, u8 type, u8 flags, u16 zero, u32 call id. One
// read may carry many frames; each end writes once per wake-up. The worker's frames are hostile:
// lengths are capped, parsers never read past the body, an unknown type ends the worker. Strings in
// bodies are u32 length and bytes. Pure; used on both ends.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::sandbox {

inline constexpr size_t kFrameHeaderBytes = 12;
// Supervisor to worker: code and input; worker to supervisor: results and logs.
inline constexpr size_t kMaxFrameBody = size_t{64} << 20;
inline constexpr size_t kMaxWorkerFrameBody = size_t{4} << 20;

enum class FrameType : uint8_t {
  // Supervisor to worker.
  kSpecialise = 1,
  kCall = 2,
  kHostReply = 3,
  kCancel = 4,
  // Worker to supervisor.
  kBlank = 16,
  kReady = 17,
  kBuildError = 18,
  kResult = 19,
  kError = 20,
  kHostCall = 21,
  kLog = 22,
  kDone = 23,
};

// On kResult: the call goes on in the background until kDone (waitUntil).
inline constexpr uint8_t kFlagMore = 1;

struct Frame {
  FrameType type;
  uint8_t flags = 0;
  uint32_t call = 0;
  ByteView body;
};

enum class FrameStatus : uint8_t { kWhole, kIncomplete, kBroken };
// Reads the frame at the start of `in`; `frame` is set for kWhole alone.
FrameStatus NextFrame(ByteView in, Frame& frame, size_t max_body = kMaxWorkerFrameBody);
void AppendFrame(Bytes& out, FrameType type, uint32_t call, ByteView body, uint8_t flags = 0);

// Length of the whole frames at the start; what follows is a frame that was not finished.
size_t WholeFrames(ByteView frames);

// Appends a frame whose body the caller appends to `out` in between.
class FrameBuilder {
 public:
  FrameBuilder(Bytes& out, FrameType type, uint32_t call, uint8_t flags = 0);
  void U8(uint8_t v) { out_.push_back(v); }
  void U16(uint16_t v) { Number(v, 2); }
  void U32(uint32_t v) { Number(v, 4); }
  void U64(uint64_t v) { Number(v, 8); }
  void Text(std::string_view s);
  void Raw(ByteView b) { out_.insert(out_.end(), b.begin(), b.end()); }
  // Writes the length; nothing more may be added.
  void End();

 private:
  void Number(uint64_t v, int bytes);
  Bytes& out_;
  size_t start_;
};

// Strict reader of a body; after the first fault everything reads as empty and ok() is false.
class BodyReader {
 public:
  explicit BodyReader(ByteView body) : in_(body) {}
  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  std::string_view Text();
  ByteView Rest();
  bool ok() const { return ok_; }

 private:
  uint64_t Number(size_t bytes);
  ByteView in_;
  bool ok_ = true;
};

// Fields of a call, in the order in which they lie in the frame; the worker reads them lazily.
enum class CallField : uint8_t {
  kRunId,
  kTraceparent,
  kCaller,
  kEventId,
  kType,
  kSource,
  kHttp,
  kData,
};
inline constexpr size_t kCallFields = 8;

struct CallInfo {
  uint32_t remaining_ms = 0;
  uint32_t attempt = 1;
  int64_t time_ms = 0;
  std::string_view run_id;
  std::string_view traceparent;
  std::string_view caller;
  std::string_view event_id;
  std::string_view type;
  std::string_view source;
  // JSON of event.http, or empty.
  std::string_view http;
  // JSON of event.data, or empty = null.
  std::string_view data;
};
void AppendCall(Bytes& out, uint32_t call, const CallInfo& info);
// Offsets into the body instead of views: the worker copies the body and keeps it.
struct CallLayout {
  uint32_t remaining_ms = 0;
  uint32_t attempt = 0;
  int64_t time_ms = 0;
  uint32_t offset[kCallFields]{};
  uint32_t length[kCallFields]{};
};
bool ParseCall(ByteView body, CallLayout& layout);

struct SpecialiseInfo {
  std::string_view function_id;
  std::string_view version_id;
  std::string_view code_hash;
  std::string_view project_id;
  std::string_view entry;
  uint32_t memory_mb = 128;
  uint32_t max_result_bytes = 256 << 10;
  uint32_t max_log_lines = 10'000;
  uint32_t max_log_bytes = 1 << 20;
  uint32_t max_log_line = 10 << 10;
  // Name and value of each environment variable; path and content of each file.
  std::vector<std::pair<std::string_view, std::string_view>> env;
  std::vector<std::pair<std::string_view, ByteView>> files;
};
Bytes SpecialiseBody(const SpecialiseInfo& info);
Result<SpecialiseInfo> ParseSpecialise(ByteView body);

enum class ErrorKind : uint8_t {
  kUser = 0,
  kOutputInvalid = 1,
  kOutputTooLarge = 2,
  kMemory = 3,
  kCancelled = 4
};
struct ErrorInfo {
  ErrorKind kind = ErrorKind::kUser;
  std::string_view message;
  std::string_view stack;
};
ErrorInfo ParseError(ByteView body);

struct BuildErrorInfo {
  uint32_t line = 0;
  uint32_t column = 0;
  std::string_view file;
  std::string_view message;
  std::string_view source_line;
};
BuildErrorInfo ParseBuildError(ByteView body);

struct LogInfo {
  std::string_view level;
  std::string_view message;
  std::string_view fields;
};
LogInfo ParseLog(ByteView body);

// What a function may ask; the numbers are part of the protocol and of the SDK.
enum class HostOp : uint16_t {
  kKvGet = 1,
  kKvPut = 2,
  kKvPutIf = 3,
  kKvDelete = 4,
  kKvList = 5,
  kKvIncrement = 6,
  kKvBatch = 7,
  kKvCommit = 8,
  kChainHeight = 16,
  kChainBlock = 17,
  kChainTransaction = 18,
  kChainApplicationLog = 19,
  kChainCall = 20,
  kChainBalanceOf = 21,
  kChainNetwork = 22,
  kTxSend = 32,
  kTxPropose = 33,
  kTxStatus = 34,
  kTxWait = 35,
  kTxSimulate = 36,
};
struct HostCallInfo {
  uint32_t id = 0;
  HostOp op = HostOp::kKvGet;
  // JSON array.
  std::string_view args;
};
HostCallInfo ParseHostCall(ByteView body);
void AppendHostReply(Bytes& out, uint32_t call, uint32_t id, const Result<std::string>& answer);

// One piece of the confinement as it was applied.
struct Piece {
  std::string_view name;
  bool essential = false;
  bool active = false;
  int32_t error = 0;
};
void AppendBlank(Bytes& out, const std::vector<Piece>& pieces);
std::vector<Piece> ParseBlank(ByteView body);

}  // namespace nsl::sandbox
