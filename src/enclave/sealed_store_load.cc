// SPDX-License-Identifier: Apache-2.0
// The reading half of SealedStore: rebuild the index from everything the host has, and judge it.
#include <algorithm>

#include "base/codec.h"
#include "base/ids.h"
#include "enclave/sealed_store.h"
#include "enclave/sealed_store_parts.h"

namespace nsl::enclave {
namespace {

constexpr uint32_t kPage = 500;

Error Rollback(std::string detail) { return Error(Reason::kAttestRollback, std::move(detail)); }

}  // namespace

Error Altered(std::string_view table, std::string_view key) {
  return Error(Reason::kPlatformIntegrity, "the host gave another record than was stored as '" +
                                               std::string(table) + "/" + std::string(key) + "'");
}

Task<Status> SealedStore::Load() {
  if (state_ == State::kLoading) co_return NotReady();
  State before = state_;
  // A write that is still under way would change what is read.
  if (writing_) co_return NotReady();
  state_ = State::kLoading;
  RecordIndex index(options_.cache_bytes);
  std::optional<SealedRecord> head;
  Status read = co_await LoadPages(index, head);
  if (read) read = Adopt(std::move(index), head);
  if (!read) {
    state_ = before == State::kReady ? State::kStopped : before;
    co_return read;
  }
  if (!head) {
    Status started = co_await StartNamespace();
    if (!started) {
      state_ = State::kUnloaded;
      co_return started;
    }
  }
  state_ = State::kReady;
  env_.log.Info("vault_records_loaded", {{"records", index_.size()}, {"counter", head_.counter}});
  co_return Status();
}

Task<Status> SealedStore::LoadPages(RecordIndex& index, std::optional<SealedRecord>& head) {
  RecordsScanRequest request;
  request.name_space = partition_;
  request.limit = kPage;
  std::optional<Head> opened;
  for (bool first = true, more = true; more; first = false) {
    auto reply = co_await records_.Scan(Context(), request);
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    if (first) {
      head = reply->head;
      if (head) {
        auto text = OpenHead(*head);
        if (!text) co_return std::unexpected(std::move(text.error()));
        opened = std::move(*text);
      }
    } else if (!reply->head || !head || reply->head->version != head->version) {
      co_return Fail(Reason::kPlatformIntegrity, "the head changed while the records were read");
    }
    if (!opened && !reply->records.empty()) {
      co_return Fail(Reason::kPlatformIntegrity, "the host has records but no head record");
    }
    for (const SealedRecord& record : reply->records) {
      // Rising order leaves no room for a record that comes twice.
      RecordKey at{record.table, record.key};
      RecordKey last{request.after_table, request.after_key};
      if (at <= last || record.table.empty() || record.version > opened->counter ||
          index.size() >= options_.max_records) {
        co_return Fail(Altered(record.table, record.key));
      }
      SealPlace place = PlaceOf(record.table, record.key, record.version);
      place.name_space = opened->name_space;
      auto value = OpenRecord(record_key_, place, record.sealed);
      if (!value) co_return std::unexpected(std::move(value.error()));
      Hash256 leaf = RecordIndex::Leaf(RecordIndex::MapKey(record.table, record.key),
                                       record.version, record.sealed);
      index.Put(at, record.version, leaf, std::move(*value));
      request.after_table = record.table;
      request.after_key = record.key;
    }
    more = reply->more;
    if (more && reply->records.empty()) {
      co_return Fail(Reason::kPlatformIntegrity, "the host promises more records and gives none");
    }
  }
  co_return Status();
}

Result<SealedStore::Head> SealedStore::OpenHead(const SealedRecord& record) const {
  SealPlace place = PlaceOf("", kHeadKey, record.version);
  place.name_space = {};
  NSL_TRY(Bytes plain, OpenRecord(record_key_, place, record.sealed));
  auto text = FromCbor<HeadText>(plain);
  auto root = text ? ToArray<32>(text->root) : std::nullopt;
  if (!text || text->tag != kHeadTag || text->counter != record.version || !root ||
      !IsId(kNamespaceId, text->name_space)) {
    return Fail(Altered("", kHeadKey));
  }
  return Head{std::move(text->name_space), text->counter, *root};
}

Status SealedStore::Adopt(RecordIndex index, const std::optional<SealedRecord>& head_record) {
  if (!head_record) {
    if (head_.counter != 0) return Fail(Rollback("the host lost the records of this vault"));
    index_ = std::move(index);
    return {};
  }
  NSL_TRY(Head head, OpenHead(*head_record));
  if (index.Root() != head.root) {
    return Fail(Reason::kPlatformIntegrity,
                "the records of the host do not add up to the sealed root: one was deleted, added "
                "or replaced by an older one");
  }
  // Within one life only the state that was acknowledged last may stand, or the one whose answer
  // never came.
  auto same = [&](const Head& known) {
    return head.name_space == known.name_space && head.counter == known.counter &&
           head.root == known.root;
  };
  bool first = head_.counter == 0 && uncertain_.empty();
  bool last = head_.counter != 0 && same(head_);
  bool doubted = std::any_of(uncertain_.begin(), uncertain_.end(), same);
  if (!first && !last && !doubted) {
    return Fail(Rollback("the host presents state " + std::to_string(head.counter) +
                         ", the last one of this vault is " + std::to_string(head_.counter)));
  }
  head_ = std::move(head);
  // The old state: what was sent after it may still arrive, so it stays acceptable.
  if (doubted) uncertain_.clear();
  index_ = std::move(index);
  return {};
}

// The head is written before anything else, so that the namespace is never made twice.
Task<Status> SealedStore::StartNamespace() {
  Head head;
  if (!uncertain_.empty()) {
    // The first write was lost on its way and nothing stands: the same namespace is tried again.
    head = uncertain_.back();
  } else {
    IdMaker ids(env_.clock, env_.random);
    head.name_space = ids.Make(kNamespaceId);
    head.counter = 1;
    head.root = index_.Root();
  }
  RecordsPutRequest request;
  request.name_space = partition_;
  request.head = SealHead(head);
  auto reply = co_await records_.Put(Context(), std::move(request));
  if (!reply) {
    if (MayHaveHappened(reply.error())) Doubt(std::move(head));
    co_return std::unexpected(std::move(reply.error()));
  }
  uncertain_.clear();
  head_ = std::move(head);
  env_.log.Info("vault_namespace_made", {{"namespace", head_.name_space}});
  co_return Status();
}

}  // namespace nsl::enclave
