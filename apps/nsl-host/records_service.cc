// SPDX-License-Identifier: Apache-2.0
#include "records_service.h"

#include "base/codec.h"

namespace nsl::host {
namespace {

constexpr std::string_view kSet = "vault";
constexpr uint32_t kMaxScan = 5'000;
constexpr size_t kVersionBytes = 8;

// Version and sealed bytes as one value: the store knows no versions of single records.
Bytes Pack(uint64_t version, const Bytes& sealed) {
  Bytes out;
  out.reserve(kVersionBytes + sealed.size());
  for (size_t i = 0; i < kVersionBytes; ++i) {
    out.push_back(static_cast<uint8_t>(version >> (8 * (kVersionBytes - 1 - i))));
  }
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<enclave::SealedRecord> Unpack(storage::Record record) {
  if (record.sealed.size() < kVersionBytes) {
    return Fail(Reason::kPlatformIntegrity, "a stored record is too short");
  }
  enclave::SealedRecord out;
  out.table = std::move(record.table);
  out.key = AsText(record.key);
  for (size_t i = 0; i < kVersionBytes; ++i) out.version = out.version << 8 | record.sealed[i];
  out.sealed.assign(record.sealed.begin() + kVersionBytes, record.sealed.end());
  return out;
}

// Where the page after this record starts, in the form of RecordStore::Scan.
std::string CursorAfter(const std::string& table, const std::string& key) {
  if (table.empty() && key.empty()) return {};
  Bytes raw = ToBytes(table);
  raw.push_back(0);
  raw.insert(raw.end(), key.begin(), key.end());
  return ToBase64Url(raw);
}

}  // namespace

Task<Result<enclave::RecordsPutReply>> RecordsService::Put(rpc::CallContext,
                                                           enclave::RecordsPutRequest request) {
  if (request.head.version == 0 || request.head.version > INT64_MAX) {
    co_return Fail(Reason::kRequestInvalid, "the head's version starts at 1");
  }
  std::vector<storage::RecordChange> changes;
  for (enclave::SealedRecord& record : request.records) {
    storage::RecordChange change;
    change.table = std::move(record.table);
    change.key = ToBytes(record.key);
    change.remove = record.sealed.empty();
    if (!change.remove) change.sealed = Pack(record.version, record.sealed);
    changes.push_back(std::move(change));
  }
  uint64_t count = changes.size();
  storage::RecordHead head{static_cast<int64_t>(request.head.version), ToCbor(request.head)};
  Status stored =
      co_await store_.ApplyBatch(std::string(kSet), std::move(changes), std::move(head));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  co_return enclave::RecordsPutReply{count};
}

Task<Result<enclave::RecordsScanReply>> RecordsService::Scan(rpc::CallContext,
                                                             enclave::RecordsScanRequest request) {
  if (request.limit == 0 || request.limit > kMaxScan) {
    co_return Fail(Reason::kRequestInvalid, "limit is 1 to 5,000");
  }
  enclave::RecordsScanReply out;
  Result<storage::RecordHead> head = co_await store_.Head(std::string(kSet));
  if (!head) co_return std::unexpected(std::move(head.error()));
  if (head->sequence > 0) {
    NSL_CO_TRY(out.head, FromCbor<enclave::SealedRecord>(head->sealed));
  }
  Result<storage::RecordPage> page = co_await store_.Scan(
      std::string(kSet), CursorAfter(request.after_table, request.after_key), request.limit);
  if (!page) co_return std::unexpected(std::move(page.error()));
  for (storage::Record& record : page->records) {
    NSL_CO_TRY(enclave::SealedRecord unpacked, Unpack(std::move(record)));
    out.records.push_back(std::move(unpacked));
  }
  out.more = !page->next_cursor.empty();
  co_return out;
}

}  // namespace nsl::host
