// SPDX-License-Identifier: Apache-2.0
// The writing half of SealedStore: joining what waits, sealing, and what an answer means.
#include "base/codec.h"
#include "enclave/sealed_store.h"
#include "enclave/sealed_store_parts.h"

namespace nsl::enclave {

Status CheckShape(const std::vector<StoreChange>& changes, const StoreOptions& options) {
  if (changes.empty() || changes.size() > options.max_changes) {
    return Fail(Reason::kQuotaItems, "a change of the vault touches 1 to " +
                                         std::to_string(options.max_changes) + " records");
  }
  std::set<RecordKey> keys;
  for (const StoreChange& c : changes) {
    if (c.value.size() > options.max_value_bytes) {
      return Fail(Reason::kQuotaStorage, "record '" + c.table + "/" + c.key + "' is larger than " +
                                             std::to_string(options.max_value_bytes) + " bytes");
    }
    // Twice the same record in one change would have no order.
    NSL_CHECK(keys.insert(RecordKey{c.table, c.key}).second);
    NSL_CHECK(!c.table.empty() && c.table.size() <= 64 && !c.key.empty() && c.key.size() <= 512);
  }
  return {};
}

bool MayHaveHappened(const Error& error) {
  switch (error.reason) {
    // Never sent, or refused by the host before its transaction committed. A host that lies here
    // gains nothing: the state it kept is not the one this store accepts afterwards.
    case Reason::kPlatformUnavailable:
    case Reason::kQuotaBusy:
    case Reason::kQuotaStorage:
    case Reason::kRequestInvalid:
    case Reason::kRequestTooLarge:
    case Reason::kRequestVersionConflict:
      return false;
    default:
      return true;
  }
}

Status SealedStore::CheckExpectations(const std::vector<StoreChange>& changes) const {
  for (const StoreChange& c : changes) {
    if (!c.expect) continue;
    const RecordIndex::Entry* entry = index_.Find(c.table, c.key);
    if ((entry ? entry->version : 0) != *c.expect) {
      return Fail(Reason::kRequestVersionConflict,
                  "'" + c.table + "' changed in the meantime; read it again");
    }
  }
  return {};
}

SealedRecord SealedStore::SealHead(const Head& head) {
  HeadText text{std::string(kHeadTag), head.name_space, head.counter, ToBytes(ByteView(head.root))};
  SealedRecord record{"", std::string(kHeadKey), head.counter, {}};
  // The namespace is what the head tells, so it cannot be part of where the head stands.
  SealPlace place = PlaceOf("", kHeadKey, head.counter);
  place.name_space = {};
  record.sealed = SealRecord(record_key_, place, ToCbor(text), env_.random);
  return record;
}

SealedStore::Batch SealedStore::TakeBatch() {
  Batch batch;
  batch.head = Head{head_.name_space, head_.counter + 1, {}};
  while (!waiting_.empty()) {
    std::shared_ptr<Waiter> waiter = waiting_.front();
    const auto& changes = waiter->changes;
    size_t bytes = 0;
    bool overlaps = false;
    for (const StoreChange& c : changes) {
      bytes += c.value.size() + c.table.size() + c.key.size() + kSealOverhead;
      overlaps |= batch.keys.contains(RecordKey{c.table, c.key});
    }
    // An overlapping change waits for the next write, so that its expectation is judged after it.
    if (overlaps || (!batch.waiters.empty() &&
                     (batch.bytes + bytes > options_.max_batch_bytes ||
                      batch.records.size() + changes.size() > options_.max_changes))) {
      break;
    }
    waiting_.pop_front();
    Status holds = CheckExpectations(changes);
    if (!holds) {
      waiter->Finish(std::move(holds));
      continue;
    }
    batch.bytes += bytes;
    for (const StoreChange& c : changes) {
      SealedRecord record{c.table, c.key, batch.head.counter, {}};
      Hash256 map_key = RecordIndex::MapKey(c.table, c.key);
      std::optional<Hash256> leaf;
      if (!c.remove) {
        record.sealed =
            SealRecord(record_key_, PlaceOf(c.table, c.key, record.version), c.value, env_.random);
        leaf = RecordIndex::Leaf(map_key, record.version, record.sealed);
      }
      batch.keys.insert(RecordKey{c.table, c.key});
      batch.leaves.emplace_back(map_key, leaf);
      batch.records.push_back(std::move(record));
    }
    batch.waiters.push_back(std::move(waiter));
  }
  if (!batch.waiters.empty()) batch.head.root = index_.RootAfter(batch.leaves);
  return batch;
}

Task<void> SealedStore::WriteLoop() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!waiting_.empty()) {
    if (!ready() || group_.closed()) {
      for (auto& waiter : std::exchange(waiting_, {})) waiter->Finish(NotReady());
      break;
    }
    co_await WriteOnce();
  }
  writing_ = false;
}

Task<void> SealedStore::WriteOnce() {
  Batch batch = TakeBatch();
  if (batch.waiters.empty()) co_return;
  if (index_.size() + batch.records.size() > options_.max_records) {
    Status full = Fail(Reason::kQuotaItems, "the vault holds its largest number of records");
    Finish(batch, full, false);
    co_return;
  }
  RecordsPutRequest request;
  request.name_space = partition_;
  request.records = batch.records;
  request.head = SealHead(batch.head);
  auto reply = co_await records_.Put(Context(), std::move(request));
  Status status = reply ? Status() : Status(std::unexpected(reply.error()));
  if (!reply && reply.error().reason == Reason::kRequestVersionConflict) {
    // An earlier write whose answer never came has arrived after all: what stands must be read
    // again before anything is written. This batch left nothing.
    env_.log.Warn("vault_state_moved", {{"counter", head_.counter}});
    state_ = State::kStopped;
    status = Fail(Reason::kPlatformUnavailable, "the vault reads its records again; try again");
  }
  Finish(batch, status, !reply && MayHaveHappened(reply.error()));
}

void SealedStore::Doubt(Head head) {
  if (uncertain_.size() >= kMaxUncertain) uncertain_.erase(uncertain_.begin());
  uncertain_.push_back(std::move(head));
}

void SealedStore::Finish(Batch& batch, const Status& status, bool unknown) {
  if (status) {
    size_t i = 0;
    for (auto& waiter : batch.waiters) {
      for (StoreChange& c : waiter->changes) {
        RecordKey key{std::move(c.table), std::move(c.key)};
        const auto& leaf = batch.leaves[i++].second;
        if (leaf) {
          index_.Put(key, batch.head.counter, *leaf, std::move(c.value));
        } else {
          index_.Remove(key);
        }
      }
    }
    head_ = std::move(batch.head);
    uncertain_.clear();
  } else if (unknown) {
    env_.log.Warn("vault_write_unknown", {{"counter", batch.head.counter}});
    Doubt(std::move(batch.head));
    state_ = State::kStopped;
  }
  for (auto& waiter : batch.waiters) {
    if (unknown) {
      waiter->Finish(Fail(Reason::kPlatformUnknownResult,
                          "the host went away in the middle; the change may have been made"));
    } else {
      waiter->Finish(status);
    }
  }
}

}  // namespace nsl::enclave
