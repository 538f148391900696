// SPDX-License-Identifier: Apache-2.0
//
// Typed reads and writes of this room's rows over the sealed store. One thread.
#pragma once

#include <optional>

#include "base/codec.h"
#include "enclave/sealed_store.h"
#include "wallet/rows.h"

namespace nsl::wallet {

// A change that met another one is read and made again this often.
inline constexpr int kChangeAttempts = 5;
inline bool IsConflict(const Status& status) {
  return !status && status.error().reason == Reason::kRequestVersionConflict;
}

// `expect`: the version that was read, 0 = must not exist, absent = any.
template <class Row>
enclave::StoreChange PutRow(std::string key, const Row& row, std::optional<uint64_t> expect) {
  return {std::string(Row::kTable), std::move(key), ToCbor(row), false, expect};
}
template <class Row>
enclave::StoreChange RemoveRow(std::string key, std::optional<uint64_t> expect) {
  return {std::string(Row::kTable), std::move(key), {}, true, expect};
}

class SealedRows {
 public:
  explicit SealedRows(enclave::SealedStore& store) : store_(store) {}

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

  // The row, or one that holds nothing.
  template <class Row>
  Task<Result<Stored<Row>>> FindOrEmpty(std::string key) {
    auto found = co_await Find<Row>(std::move(key));
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!*found) co_return Stored<Row>{};
    co_return std::move(**found);
  }

  Task<Status> Commit(std::vector<enclave::StoreChange> changes) {
    return store_.Commit(std::move(changes));
  }

 private:
  enclave::SealedStore& store_;
};

}  // namespace nsl::wallet
