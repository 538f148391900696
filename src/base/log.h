// SPDX-License-Identifier: Apache-2.0
//
// Log: JSON lines, an event name and fields.
//
// Event names are snake_case and stable; fields carry the data. Inside an enclave only event names,
// ids and numbers are written: no payload, no secret. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace nsl {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, int64_t, uint64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  template <std::signed_integral T>
  LogField(std::string_view n, T v) : name(n), value(static_cast<int64_t>(v)) {}
  template <std::unsigned_integral T>
  LogField(std::string_view n, T v) : name(n), value(static_cast<uint64_t>(v)) {}
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void Write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields = {}) = 0;
  void Info(std::string_view e, std::initializer_list<LogField> f = {}) {
    Write(LogLevel::kInfo, e, f);
  }
  void Warn(std::string_view e, std::initializer_list<LogField> f = {}) {
    Write(LogLevel::kWarn, e, f);
  }
  void Error(std::string_view e, std::initializer_list<LogField> f = {}) {
    Write(LogLevel::kError, e, f);
  }
  void Debug(std::string_view e, std::initializer_list<LogField> f = {}) {
    Write(LogLevel::kDebug, e, f);
  }
};

// Writes each line with one write(2) to a descriptor that it does not own.
class JsonLog final : public Log {
 public:
  JsonLog(int fd, std::string part, const Clock& clock, LogLevel floor = LogLevel::kInfo)
      : fd_(fd), part_(std::move(part)), clock_(clock), floor_(floor) {}
  void Write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override;

 private:
  int fd_;
  std::string part_;
  const Clock& clock_;
  LogLevel floor_;
};

class NullLog final : public Log {
 public:
  void Write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

// Keeps the lines for a test to read.
class MemoryLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override;
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// A JSON string literal with its quotes (RFC 8259 §7). Invalid UTF-8 becomes U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace nsl
