// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or an Error that a client may see.
//
// Expected failures are values; an exception means a bug or no memory. A secret never enters
// Error::detail. NSL_TRY and NSL_CO_TRY bind the value or return the error from the enclosing
// function or coroutine; NSL_CHECK is on in every build and never reachable from input.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/reason.h"

namespace nsl {

// One field that was refused, by its JSON pointer (RFC 6901).
struct FieldError {
  std::string pointer;
  std::string detail;
};

struct Error {
  Reason reason = Reason::kPlatformInternal;
  // For people: names the field, the limit and the way out. No secret, no stack of ours.
  std::string detail;
  std::vector<FieldError> fields;
  // 0 when the class of the reason has no useful wait.
  uint32_t retry_after_ms = 0;

  Error() = default;
  explicit Error(Reason r, std::string d = {}) : reason(r), detail(std::move(d)) {}

  Code code() const { return RowOf(reason).code; }
  uint16_t http_status() const { return RowOf(reason).http_status; }
  // True when the same request may succeed later without a change by the caller.
  bool retryable() const { return RowOf(reason).retry_class != RetryClass::kUser; }
  Error WithField(std::string pointer, std::string d) && {
    fields.push_back({std::move(pointer), std::move(d)});
    return std::move(*this);
  }
  // "reason: detail", for logs and terminals.
  std::string ToString() const;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> Fail(Reason reason, std::string detail = {}) {
  return std::unexpected(Error(reason, std::move(detail)));
}
inline std::unexpected<Error> Fail(Error error) { return std::unexpected(std::move(error)); }

[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace nsl

#define NSL_CONCAT_(a, b) a##b
#define NSL_CONCAT(a, b) NSL_CONCAT_(a, b)

#define NSL_CHECK(expr)                                              \
  do {                                                               \
    if (!(expr)) ::nsl::CheckFailed(#expr, __FILE_NAME__, __LINE__); \
  } while (0)

// NSL_TRY(auto x, F()); binds x to the value of F() or returns its error.
#define NSL_TRY(decl, expr) NSL_TRY_(NSL_CONCAT(nsl_try_, __LINE__), decl, expr)
#define NSL_TRY_(tmp, decl, expr)                           \
  auto tmp = (expr);                                        \
  if (!tmp) return std::unexpected(std::move(tmp.error())); \
  decl = std::move(*tmp)
#define NSL_TRY_VOID(expr)                                                          \
  do {                                                                              \
    auto nsl_try_status = (expr);                                                   \
    if (!nsl_try_status) return std::unexpected(std::move(nsl_try_status.error())); \
  } while (0)

// The same inside a coroutine; expr may contain co_await.
#define NSL_CO_TRY(decl, expr) NSL_CO_TRY_(NSL_CONCAT(nsl_try_, __LINE__), decl, expr)
#define NSL_CO_TRY_(tmp, decl, expr)                           \
  auto tmp = (expr);                                           \
  if (!tmp) co_return std::unexpected(std::move(tmp.error())); \
  decl = std::move(*tmp)
#define NSL_CO_TRY_VOID(expr)                                                          \
  do {                                                                                 \
    auto nsl_try_status = (expr);                                                      \
    if (!nsl_try_status) co_return std::unexpected(std::move(nsl_try_status.error())); \
  } while (0)
