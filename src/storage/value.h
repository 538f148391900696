// SPDX-License-Identifier: Apache-2.0
//
// Values, rows and statements of the SQL database. Plain data, one thread at a time.
//
// SQL is the subset that SQLite and PostgreSQL share: `?` parameters in order, column types BIGINT,
// TEXT and BLOB, `INSERT ... ON CONFLICT`, `RETURNING`. Text is UTF-8 without a NUL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::storage {

using Value = std::variant<std::nullptr_t, int64_t, std::string, Bytes>;

// What a read may bring back before it is refused, or cut when the statement allows that.
inline constexpr size_t kDefaultRowBudget = 32u << 20;

// One SQL statement with its parameters and what the transaction expects of it.
struct Statement {
  std::string sql;
  std::vector<Value> params;

  // When set and another number of rows changed, the whole transaction rolls back with on_mismatch.
  std::optional<int64_t> expect_changes;
  Error on_mismatch = Error(Reason::kRequestVersionConflict);
  // What a violated unique or primary key becomes; without it that is a fault of the program.
  std::optional<Error> on_duplicate;
  // Bytes of all values together. Past it the read fails with request.too_large, or, with
  // cut_at_budget, ends early after at least one row and says so in Rows::truncated().
  size_t row_budget = kDefaultRowBudget;
  bool cut_at_budget = false;

  Statement() = default;
  explicit Statement(std::string text, std::vector<Value> values = {})
      : sql(std::move(text)), params(std::move(values)) {}

  Statement Expect(int64_t changes, Reason reason, std::string detail) && {
    expect_changes = changes;
    on_mismatch = Error(reason, std::move(detail));
    return std::move(*this);
  }
  Statement OnDuplicate(Reason reason, std::string detail) && {
    on_duplicate = Error(reason, std::move(detail));
    return std::move(*this);
  }
  Statement CutAt(size_t bytes) && {
    row_budget = bytes;
    cut_at_budget = true;
    return std::move(*this);
  }
};

// A borrowed row. A getter of another type than the column holds, or past the last column, is a
// fault of the program and aborts (NSL_CHECK); IsNull comes first where NULL is possible.
class Row {
 public:
  explicit Row(const std::vector<Value>& values) : values_(values) {}
  size_t size() const { return values_.size(); }
  bool IsNull(size_t i) const { return std::holds_alternative<std::nullptr_t>(at(i)); }
  int64_t Int(size_t i) const { return Get<int64_t>(i); }
  const std::string& Text(size_t i) const { return Get<std::string>(i); }
  const Bytes& Blob(size_t i) const { return Get<Bytes>(i); }
  int64_t IntOr(size_t i, int64_t fallback) const { return IsNull(i) ? fallback : Int(i); }
  std::string TextOr(size_t i, std::string fallback) const {
    return IsNull(i) ? std::move(fallback) : Text(i);
  }

 private:
  const Value& at(size_t i) const {
    NSL_CHECK(i < values_.size());
    return values_[i];
  }
  template <class T>
  const T& Get(size_t i) const {
    const T* value = std::get_if<T>(&at(i));
    NSL_CHECK(value != nullptr);
    return *value;
  }
  const std::vector<Value>& values_;
};

class Rows {
 public:
  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  Row operator[](size_t i) const {
    NSL_CHECK(i < rows_.size());
    return Row(rows_[i]);
  }
  bool truncated() const { return truncated_; }
  // Takes a blob out without a copy.
  Bytes TakeBlob(size_t row, size_t column) {
    NSL_CHECK(row < rows_.size() && column < rows_[row].size());
    return std::move(std::get<Bytes>(rows_[row][column]));
  }
  void Append(std::vector<Value> row) { rows_.push_back(std::move(row)); }
  void MarkTruncated() { truncated_ = true; }

 private:
  std::vector<std::vector<Value>> rows_;
  bool truncated_ = false;
};

}  // namespace nsl::storage
