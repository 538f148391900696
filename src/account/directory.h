// SPDX-License-Identifier: Apache-2.0
//
// Typed reads and writes of the account rows over the sealed store. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account/rows.h"
#include "base/codec.h"
#include "enclave/sealed_store.h"

namespace nsl::account {

template <class Row>
struct Stored {
  uint64_t version = 0;
  Row row;
};

class Directory {
 public:
  explicit Directory(enclave::SealedStore& store) : store_(store) {}

  template <class Row>
  Task<Result<std::optional<Stored<Row>>>> Find(std::string key) {
    auto value = co_await store_.Get(std::string(Row::kTable), std::move(key));
    if (!value) co_return std::unexpected(std::move(value.error()));
    if (!*value) co_return std::optional<Stored<Row>>();
    auto row = FromCbor<Row>((*value)->value);
    if (!row) {
      co_return Fail(Reason::kPlatformIntegrity,
                     "a stored record of '" + std::string(Row::kTable) + "' cannot be read");
    }
    co_return std::optional(Stored<Row>{(*value)->version, std::move(*row)});
  }

  enclave::SealedStore& store() { return store_; }

 private:
  enclave::SealedStore& store_;
};

// Collects the changes of one commit.
class Changes {
 public:
  // `expect`: the version that was read; 0 = must not exist.
  template <class Row>
  Changes& Put(std::string key, const Row& row, std::optional<uint64_t> expect) {
    list_.push_back({std::string(Row::kTable), std::move(key), ToCbor(row), false, expect});
    return *this;
  }
  template <class Row>
  Changes& Remove(std::string key, std::optional<uint64_t> expect = std::nullopt) {
    list_.push_back({std::string(Row::kTable), std::move(key), {}, true, expect});
    return *this;
  }
  std::vector<enclave::StoreChange> Take() { return std::move(list_); }

 private:
  std::vector<enclave::StoreChange> list_;
};

// A change that met another one is read and made again this often.
inline constexpr int kChangeAttempts = 5;
inline bool IsConflict(const Status& status) {
  return !status && status.error().reason == Reason::kRequestVersionConflict;
}

}  // namespace nsl::account
