// SPDX-License-Identifier: Apache-2.0
#include "rpc/frame.h"

#include <algorithm>
#include <cstring>

#include "base/cbor.h"

namespace nsl::rpc {
namespace {

constexpr size_t kMaxErrorFields = 16;
constexpr size_t kMaxErrorText = 4096;

template <class T>
void Put(T value, uint8_t* to) {
  for (size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<uint8_t>(value >> (8 * i));
}

template <class T>
T Get(const uint8_t* from) {
  T out = 0;
  for (size_t i = 0; i < sizeof(T); ++i) out |= static_cast<T>(T{from[i]} << (8 * i));
  return out;
}

std::string_view Cut(std::string_view text) {
  if (text.size() <= kMaxErrorText) return text;
  text = text.substr(0, kMaxErrorText);
  // Not inside a UTF-8 sequence: the decoder refuses broken text.
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) {
    text.remove_suffix(1);
  }
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.remove_suffix(1);
  return text;
}

std::string_view Printable(std::string_view text) { return IsUtf8(text) ? Cut(text) : "?"; }

}  // namespace

FrameStatus ReadFrame(ByteView buffer, Frame& frame, size_t& consumed) {
  consumed = kFrameHeaderBytes;
  if (buffer.size() < sizeof(uint32_t)) return FrameStatus::kNeedMore;
  size_t length = Get<uint32_t>(buffer.data());
  if (length < kFrameHeaderBytes - 4 || length > kMaxFrameBody + kFrameHeaderBytes - 4) {
    return FrameStatus::kBad;
  }
  consumed = length + 4;
  if (buffer.size() < kFrameHeaderBytes) return FrameStatus::kNeedMore;
  uint8_t kind = buffer[5];
  if (buffer[4] != kFrameVersion || kind < 1 || kind > 9) return FrameStatus::kBad;
  if (buffer.size() < consumed) return FrameStatus::kNeedMore;
  frame.kind = static_cast<FrameKind>(kind);
  frame.method = Get<uint16_t>(buffer.data() + 6);
  frame.call_id = Get<uint64_t>(buffer.data() + 8);
  frame.remaining_ms = Get<uint32_t>(buffer.data() + 16);
  frame.body = buffer.subspan(kFrameHeaderBytes, consumed - kFrameHeaderBytes);
  return FrameStatus::kFrame;
}

size_t BeginFrame(FrameKind kind, uint16_t method, uint64_t call_id, uint32_t remaining_ms,
                  Bytes& out) {
  size_t start = out.size();
  uint8_t header[kFrameHeaderBytes] = {};
  header[4] = kFrameVersion;
  header[5] = static_cast<uint8_t>(kind);
  Put(method, header + 6);
  Put(call_id, header + 8);
  Put(remaining_ms, header + 16);
  out.insert(out.end(), header, header + sizeof header);
  return start;
}

void EndFrame(size_t start, Bytes& out) {
  Put(static_cast<uint32_t>(out.size() - start - 4), out.data() + start);
}

void AppendFrame(const Frame& frame, Bytes& out) {
  size_t start = BeginFrame(frame.kind, frame.method, frame.call_id, frame.remaining_ms, out);
  out.insert(out.end(), frame.body.begin(), frame.body.end());
  EndFrame(start, out);
}

void AppendError(const Error& error, Bytes& out) {
  CborWriter writer(out);
  size_t fields = std::min(error.fields.size(), kMaxErrorFields);
  writer.Map(2 + (fields != 0 ? 1 : 0) + (error.retry_after_ms != 0 ? 1 : 0));
  writer.Text("detail");
  writer.Text(Printable(error.detail));
  if (fields != 0) {
    writer.Text("fields");
    writer.Array(fields);
    for (size_t i = 0; i < fields; ++i) {
      writer.Array(2);
      writer.Text(Printable(error.fields[i].pointer));
      writer.Text(Printable(error.fields[i].detail));
    }
  }
  writer.Text("reason");
  writer.Text(TextOf(error.reason));
  if (error.retry_after_ms != 0) {
    writer.Text("retryAfterMs");
    writer.Uint(error.retry_after_ms);
  }
}

Error ParseError(ByteView body) {
  Error out(Reason::kPlatformInternal);
  std::string_view reason;
  CborReader reader(body, CborLimits{.depth = 4, .items = 64});
  for (size_t n = reader.Map(); reader.More(n);) {
    std::string_view key = reader.Text();
    if (key == "reason") {
      reason = reader.Text();
    } else if (key == "detail") {
      out.detail = reader.Text();
    } else if (key == "retryAfterMs") {
      out.retry_after_ms = static_cast<uint32_t>(std::min<uint64_t>(reader.Uint(), UINT32_MAX));
    } else if (key == "fields") {
      for (size_t m = reader.Array(); reader.More(m);) {
        if (reader.Array() != 2) reader.Refuse("a field error has two items");
        FieldError field;
        field.pointer = reader.Text();
        field.detail = reader.Text();
        if (reader.ok() && out.fields.size() < kMaxErrorFields) out.fields.push_back(field);
      }
    } else {
      reader.Skip();
    }
  }
  if (!reader.Finish()) {
    return Error(Reason::kPlatformInternal, "the other end sent an error that does not decode");
  }
  out.detail = std::string(Cut(out.detail));
  std::optional<Reason> known = ReasonFromText(reason);
  if (known) {
    out.reason = *known;
  } else {
    // From a newer program: its own name for it is kept for the logs.
    out.detail = std::string(Cut(reason)) + ": " + out.detail;
  }
  return out;
}

}  // namespace nsl::rpc
