// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace nsl {
namespace {

constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};

// Length of the valid UTF-8 sequence at s[i], 0 when there is none (RFC 3629).
size_t Utf8Length(std::string_view s, size_t i) {
  auto byte = [&](size_t k) { return static_cast<uint8_t>(s[k]); };
  auto tail = [&](size_t k) { return k < s.size() && (byte(k) & 0xc0) == 0x80; };
  uint8_t b = byte(i);
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return tail(i + 1) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    if (!tail(i + 1) || !tail(i + 2)) return 0;
    if (b == 0xe0 && byte(i + 1) < 0xa0) return 0;
    if (b == 0xed && byte(i + 1) > 0x9f) return 0;
    return 3;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    if (!tail(i + 1) || !tail(i + 2) || !tail(i + 3)) return 0;
    if (b == 0xf0 && byte(i + 1) < 0x90) return 0;
    if (b == 0xf4 && byte(i + 1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

std::string Line(UnixMillis now, std::string_view part, LogLevel level, std::string_view event,
                 std::initializer_list<LogField> fields) {
  std::string out = "{\"time\":\"" + ToRfc3339(now) + "\",\"level\":\"";
  out += kLevels[static_cast<size_t>(level)];
  out += "\",\"part\":";
  AppendJsonString(out, part);
  out += ",\"event\":";
  AppendJsonString(out, event);
  for (const LogField& f : fields) {
    out.push_back(',');
    AppendJsonString(out, f.name);
    out.push_back(':');
    std::visit(
        [&out](const auto& v) {
          using V = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<V, std::string_view>) {
            AppendJsonString(out, v);
          } else {
            fmt::format_to(std::back_inserter(out), "{}", v);
          }
        },
        f.value);
  }
  out += "}\n";
  return out;
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
      ++i;
    } else if (static_cast<uint8_t>(c) < 0x20) {
      switch (c) {
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        default:
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      }
      ++i;
    } else if (size_t n = Utf8Length(text, i); n > 0) {
      out.append(text.substr(i, n));
      i += n;
    } else {
      out += "\xef\xbf\xbd";
      ++i;
    }
  }
  out.push_back('"');
}

void JsonLog::Write(LogLevel level, std::string_view event,
                    std::initializer_list<LogField> fields) {
  if (level < floor_) return;
  std::string line = Line(clock_.NowMs(), part_, level, event, fields);
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    rest.remove_prefix(static_cast<size_t>(n));
  }
}

void MemoryLog::Write(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  std::lock_guard lock(mutex_);
  text_ += Line(0, "test", level, event, fields);
}

std::string MemoryLog::text() const {
  std::lock_guard lock(mutex_);
  return text_;
}

}  // namespace nsl
