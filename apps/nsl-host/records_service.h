// SPDX-License-Identifier: Apache-2.0
//
// RecordsService: keeps the sealed records of the vault, as RecordsApi over storage.
//
// Guarantee: an acknowledged Put is durable as a whole, with the head that belongs to it. The host
// has one vault, so there is one set of records whatever namespace a request names: the vault
// learns its namespace from its own sealed head. Opaque bytes in, the same out. One thread.
#pragma once

#include "enclave/api.h"
#include "storage/records.h"

namespace nsl::host {

class RecordsService final : public enclave::RecordsApi {
 public:
  // Borrowed.
  explicit RecordsService(storage::RecordStore& store) : store_(store) {}
  Task<Result<enclave::RecordsPutReply>> Put(rpc::CallContext,
                                             enclave::RecordsPutRequest request) override;
  Task<Result<enclave::RecordsScanReply>> Scan(rpc::CallContext,
                                               enclave::RecordsScanRequest request) override;

 private:
  storage::RecordStore& store_;
};

}  // namespace nsl::host
