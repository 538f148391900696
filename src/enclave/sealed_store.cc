// SPDX-License-Identifier: Apache-2.0
#include "enclave/sealed_store.h"

#include <boost/asio/redirect_error.hpp>

#include "base/ids.h"
#include "crypto/kdf.h"
#include "enclave/sealed_store_parts.h"

namespace nsl::enclave {

SealedStore::SealedStore(Env env, Executor executor, RecordsApi& records, ByteView root,
                         StoreOptions options)
    : env_(env),
      executor_(executor),
      records_(records),
      record_key_(crypto::HkdfSha256(root, {}, AsBytes("nsl/store/records/1"), 32)),
      options_(std::move(options)),
      index_(options_.cache_bytes),
      group_(executor) {
  // The host files records under this name; it tells nothing about the root.
  crypto::SecretBytes name = crypto::HkdfSha256(root, {}, AsBytes("nsl/store/partition/1"), 16);
  partition_ = "ns-" + ToBase32(name.view());
}

SealedStore::~SealedStore() = default;

Task<void> SealedStore::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

SealPlace SealedStore::PlaceOf(std::string_view table, std::string_view key,
                               uint64_t version) const {
  SealPlace place;
  place.environment = options_.environment;
  place.name_space = head_.name_space;
  place.table = table;
  place.key = key;
  place.version = version;
  return place;
}

rpc::CallContext SealedStore::Context() const {
  rpc::CallContext context;
  context.deadline = Deadline::In(env_.clock, options_.write_deadline);
  return context;
}

Status SealedStore::NotReady() const {
  return Fail(Reason::kPlatformUnavailable,
              "the vault has not read its records from the host yet; try again");
}

Task<Result<std::optional<StoredValue>>> SealedStore::Get(std::string table, std::string key) {
  // A commit may land while the host is asked: then the question is put again.
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    if (!ready()) co_return std::unexpected(NotReady().error());
    RecordKey at{table, key};
    const RecordIndex::Entry* entry = index_.Find(table, key);
    if (entry == nullptr) co_return std::optional<StoredValue>();
    uint64_t version = entry->version;
    if (const Bytes* value = index_.Value(at)) {
      co_return std::optional(StoredValue{std::move(key), version, *value});
    }
    auto read = co_await ReadAgain(table, key);
    if (!ready()) continue;
    const RecordIndex::Entry* now = index_.Find(table, key);
    if (now == nullptr || now->version != version) continue;
    if (!read) co_return std::unexpected(std::move(read.error()));
    index_.Remember(at, *read);
    co_return std::optional(StoredValue{std::move(key), version, std::move(*read)});
  }
  co_return Fail(Reason::kQuotaBusy, "the record changes faster than it can be read; try again");
}

Task<Result<Bytes>> SealedStore::ReadAgain(std::string table, std::string key) {
  RecordsScanRequest request;
  request.name_space = partition_;
  request.limit = 1;
  auto it = index_.records().find(RecordKey{table, key});
  if (it != index_.records().begin()) {
    --it;
    request.after_table = it->first.table;
    request.after_key = it->first.key;
  }
  auto reply = co_await records_.Scan(Context(), std::move(request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  if (reply->records.size() != 1) co_return Fail(Altered(table, key));
  const SealedRecord& record = reply->records.front();
  if (record.table != table || record.key != key || !index_.Matches(record)) {
    co_return Fail(Altered(table, key));
  }
  co_return OpenRecord(record_key_, PlaceOf(table, key, record.version), record.sealed);
}

Task<Result<std::vector<StoredValue>>> SealedStore::List(std::string table, std::string prefix,
                                                         size_t limit) {
  if (!ready()) co_return std::unexpected(NotReady().error());
  std::vector<std::string> keys;
  for (auto it = index_.records().lower_bound(RecordKey{table, prefix});
       it != index_.records().end() && keys.size() < limit; ++it) {
    if (it->first.table != table || !it->first.key.starts_with(prefix)) break;
    keys.push_back(it->first.key);
  }
  std::vector<StoredValue> out;
  out.reserve(keys.size());
  for (std::string& key : keys) {
    auto value = co_await Get(table, std::move(key));
    if (!value) co_return std::unexpected(std::move(value.error()));
    if (*value) out.push_back(std::move(**value));
  }
  co_return out;
}

Task<Status> SealedStore::Commit(std::vector<StoreChange> changes) {
  if (!ready()) co_return NotReady();
  Status allowed = CheckShape(changes, options_);
  if (!allowed) co_return allowed;
  if (waiting_.size() >= options_.max_waiting) {
    co_return Fail(Reason::kQuotaBusy, "too many changes wait for the host; try again");
  }
  // shared_ptr: the caller may be cancelled while the writer holds it.
  auto waiter = std::make_shared<Waiter>(executor_, std::move(changes));
  waiting_.push_back(waiter);
  if (!writing_) {
    // Before Spawn: the loop may run to its end inside it.
    writing_ = true;
    if (!group_.Spawn(WriteLoop())) {
      writing_ = false;
      waiting_.clear();
      co_return Fail(Reason::kPlatformCancelled, "the vault is stopping");
    }
  }
  while (!waiter->status) {
    boost::system::error_code ignored;
    co_await waiter->done.async_wait(asio::redirect_error(kUseTask, ignored));
    if (ignored != asio::error::operation_aborted) break;
    auto cancelled = co_await asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != asio::cancellation_type::none) break;
  }
  if (waiter->status) co_return std::move(*waiter->status);
  co_return Fail(Reason::kPlatformUnknownResult, "the change may have been made; ask again");
}

}  // namespace nsl::enclave
