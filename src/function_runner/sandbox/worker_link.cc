// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/worker_link.h"

#include <cstring>

namespace nsl::sandbox {
namespace {

constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};

template <class T>
T Load(const uint8_t* from) {
  T v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

}  // namespace

FrameStatus NextFrame(ByteView in, Frame& frame, size_t max_body) {
  if (in.size() < kFrameHeaderBytes) return FrameStatus::kIncomplete;
  uint32_t length = Load<uint32_t>(in.data());
  if (length > max_body || Load<uint16_t>(in.data() + 6) != 0) return FrameStatus::kBroken;
  if (in.size() - kFrameHeaderBytes < length) return FrameStatus::kIncomplete;
  frame.type = static_cast<FrameType>(in[4]);
  frame.flags = in[5];
  frame.call = Load<uint32_t>(in.data() + 8);
  frame.body = in.subspan(kFrameHeaderBytes, length);
  return FrameStatus::kWhole;
}

void AppendFrame(Bytes& out, FrameType type, uint32_t call, ByteView body, uint8_t flags) {
  FrameBuilder frame(out, type, call, flags);
  frame.Raw(body);
  frame.End();
}

size_t WholeFrames(ByteView frames) {
  size_t at = 0;
  Frame frame;
  while (NextFrame(frames.subspan(at), frame, kMaxFrameBody) == FrameStatus::kWhole) {
    at += kFrameHeaderBytes + frame.body.size();
  }
  return at;
}

FrameBuilder::FrameBuilder(Bytes& out, FrameType type, uint32_t call, uint8_t flags)
    : out_(out), start_(out.size()) {
  // Until End() the length says that the frame is not whole.
  uint8_t header[kFrameHeaderBytes] = {0xff, 0xff, 0xff, 0xff};
  header[4] = static_cast<uint8_t>(type);
  header[5] = flags;
  std::memcpy(header + 8, &call, sizeof call);
  out_.insert(out_.end(), header, header + sizeof header);
}

void FrameBuilder::Number(uint64_t v, int bytes) {
  const uint8_t* from = reinterpret_cast<const uint8_t*>(&v);
  out_.insert(out_.end(), from, from + bytes);
}

void FrameBuilder::Text(std::string_view s) {
  uint32_t length = static_cast<uint32_t>(s.size());
  size_t at = out_.size();
  out_.resize(at + sizeof length + s.size());
  std::memcpy(out_.data() + at, &length, sizeof length);
  if (!s.empty()) std::memcpy(out_.data() + at + sizeof length, s.data(), s.size());
}

void FrameBuilder::End() {
  uint32_t length = static_cast<uint32_t>(out_.size() - start_ - kFrameHeaderBytes);
  std::memcpy(out_.data() + start_, &length, sizeof length);
}

uint64_t BodyReader::Number(size_t bytes) {
  if (!ok_ || in_.size() < bytes) {
    ok_ = false;
    return 0;
  }
  uint64_t v = 0;
  std::memcpy(&v, in_.data(), bytes);
  in_ = in_.subspan(bytes);
  return v;
}

std::string_view BodyReader::Text() {
  uint32_t length = U32();
  if (!ok_ || in_.size() < length) {
    ok_ = false;
    return {};
  }
  std::string_view text = AsText(in_.first(length));
  in_ = in_.subspan(length);
  return text;
}

ByteView BodyReader::Rest() {
  ByteView rest = ok_ ? in_ : ByteView();
  in_ = {};
  return rest;
}

void AppendCall(Bytes& out, uint32_t call, const CallInfo& info) {
  FrameBuilder frame(out, FrameType::kCall, call);
  frame.U32(info.remaining_ms);
  frame.U32(info.attempt);
  frame.U64(static_cast<uint64_t>(info.time_ms));
  for (std::string_view field : {info.run_id, info.traceparent, info.caller, info.event_id,
                                 info.type, info.source, info.http, info.data}) {
    frame.Text(field);
  }
  frame.End();
}

bool ParseCall(ByteView body, CallLayout& layout) {
  BodyReader r(body);
  layout.remaining_ms = r.U32();
  layout.attempt = r.U32();
  layout.time_ms = static_cast<int64_t>(r.U64());
  for (size_t i = 0; i < kCallFields; ++i) {
    std::string_view text = r.Text();
    layout.offset[i] =
        text.empty()
            ? 0
            : static_cast<uint32_t>(reinterpret_cast<const uint8_t*>(text.data()) - body.data());
    layout.length[i] = static_cast<uint32_t>(text.size());
  }
  return r.ok() && r.Rest().empty();
}

Bytes SpecialiseBody(const SpecialiseInfo& info) {
  Bytes out;
  FrameBuilder frame(out, FrameType::kSpecialise, 0);
  for (std::string_view text :
       {info.function_id, info.version_id, info.code_hash, info.project_id, info.entry}) {
    frame.Text(text);
  }
  for (uint32_t number : {info.memory_mb, info.max_result_bytes, info.max_log_lines,
                          info.max_log_bytes, info.max_log_line}) {
    frame.U32(number);
  }
  frame.U32(static_cast<uint32_t>(info.env.size()));
  for (const auto& [name, value] : info.env) {
    frame.Text(name);
    frame.Text(value);
  }
  frame.U32(static_cast<uint32_t>(info.files.size()));
  for (const auto& [path, content] : info.files) {
    frame.Text(path);
    frame.Text(AsText(content));
  }
  out.erase(out.begin(), out.begin() + kFrameHeaderBytes);
  return out;
}

Result<SpecialiseInfo> ParseSpecialise(ByteView body) {
  BodyReader r(body);
  SpecialiseInfo info;
  for (std::string_view* text :
       {&info.function_id, &info.version_id, &info.code_hash, &info.project_id, &info.entry}) {
    *text = r.Text();
  }
  for (uint32_t* number : {&info.memory_mb, &info.max_result_bytes, &info.max_log_lines,
                           &info.max_log_bytes, &info.max_log_line}) {
    *number = r.U32();
  }
  for (uint32_t n = r.U32(); n > 0 && r.ok(); --n) {
    std::string_view name = r.Text();
    info.env.emplace_back(name, r.Text());
  }
  for (uint32_t n = r.U32(); n > 0 && r.ok(); --n) {
    std::string_view path = r.Text();
    info.files.emplace_back(path, AsBytes(r.Text()));
  }
  if (!r.ok() || !r.Rest().empty()) return Fail(Reason::kRequestMalformed, "specialise frame");
  return info;
}

ErrorInfo ParseError(ByteView body) {
  BodyReader r(body);
  ErrorInfo info;
  uint8_t kind = r.U8();
  info.kind = kind <= static_cast<uint8_t>(ErrorKind::kCancelled) ? static_cast<ErrorKind>(kind)
                                                                  : ErrorKind::kUser;
  info.message = r.Text();
  info.stack = r.Text();
  return info;
}

BuildErrorInfo ParseBuildError(ByteView body) {
  BodyReader r(body);
  BuildErrorInfo info;
  info.line = r.U32();
  info.column = r.U32();
  info.file = r.Text();
  info.message = r.Text();
  info.source_line = r.Text();
  return info;
}

LogInfo ParseLog(ByteView body) {
  BodyReader r(body);
  LogInfo info;
  uint8_t level = r.U8();
  info.level = kLevels[level < std::size(kLevels) ? level : 1];
  info.message = r.Text();
  info.fields = r.Text();
  return info;
}

HostCallInfo ParseHostCall(ByteView body) {
  BodyReader r(body);
  HostCallInfo info;
  info.id = r.U32();
  info.op = static_cast<HostOp>(r.U16());
  info.args = AsText(r.Rest());
  return info;
}

void AppendHostReply(Bytes& out, uint32_t call, uint32_t id, const Result<std::string>& answer) {
  FrameBuilder frame(out, FrameType::kHostReply, call);
  frame.U32(id);
  frame.U8(answer ? 1 : 0);
  if (answer) {
    frame.Text(*answer);
  } else {
    frame.Text(TextOf(answer.error().reason));
    frame.Text(answer.error().detail);
  }
  frame.End();
}

void AppendBlank(Bytes& out, const std::vector<Piece>& pieces) {
  FrameBuilder frame(out, FrameType::kBlank, 0);
  frame.U32(static_cast<uint32_t>(pieces.size()));
  for (const Piece& piece : pieces) {
    frame.Text(piece.name);
    frame.U8(piece.essential ? 1 : 0);
    frame.U8(piece.active ? 1 : 0);
    frame.U32(static_cast<uint32_t>(piece.error));
  }
  frame.End();
}

std::vector<Piece> ParseBlank(ByteView body) {
  BodyReader r(body);
  std::vector<Piece> pieces;
  for (uint32_t n = r.U32(); n > 0 && r.ok() && pieces.size() < 64; --n) {
    Piece piece;
    piece.name = r.Text();
    piece.essential = r.U8() != 0;
    piece.active = r.U8() != 0;
    piece.error = static_cast<int32_t>(r.U32());
    if (r.ok()) pieces.push_back(piece);
  }
  return pieces;
}

}  // namespace nsl::sandbox
