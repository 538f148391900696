// SPDX-License-Identifier: Apache-2.0
//
// SealedStore: the vault's memory, kept by a host that is not trusted.
//
// Guarantee: Get, List and absence are answered from an index that was rebuilt from every record
// and compared with the sealed head {counter, root, namespace}; a value that is read again is
// checked against the index. So within the life of this object the host cannot swap, alter, delete,
// double or roll back a record unseen: platform.integrity names table and key, attest.rollback a
// state that is not the last one acknowledged. Across restarts the host may present an older whole
// state (anchor level run); the namespace id inside the head shows a world that was started anew.
//
// A commit is acknowledged only after the host acknowledged records and head, which are one
// transaction; the index changes then and not before. Commits that wait are joined into one write.
// When the result of a write is unknown, the store stops until Load() has seen which state stands.
// One thread: that of the executor.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/task_group.h"
#include "enclave/api.h"
#include "enclave/record_index.h"

namespace nsl::enclave {

struct StoreOptions {
  std::string environment;
  // Plaintext kept to spare the host a question.
  size_t cache_bytes = 16u << 20;
  size_t max_records = 500'000;
  size_t max_value_bytes = 256u << 10;
  // Changes of one Commit, and of one write to the host.
  size_t max_changes = 500;
  size_t max_batch_bytes = 4u << 20;
  size_t max_waiting = 1'000;
  std::chrono::milliseconds write_deadline{10'000};
};

struct StoreChange {
  std::string table;
  std::string key;
  Bytes value;
  bool remove = false;
  // Version that must stand when the change is made; 0 = the record must not exist; absent = any.
  std::optional<uint64_t> expect = std::nullopt;
};

struct StoredValue {
  std::string key;
  uint64_t version = 0;
  Bytes value;
};

class SealedStore {
 public:
  // `records` outlives the store. `root` is the sealing root of the security module.
  SealedStore(Env env, Executor executor, RecordsApi& records, ByteView root, StoreOptions options);
  ~SealedStore();

  // Reads everything, checks it, and makes the namespace when there is nothing yet. Safe to call
  // again after the host came back; the state must then be one that this store wrote last.
  Task<Status> Load();
  bool ready() const { return state_ == State::kReady; }
  // Refuses new commits and waits for the writer; before destruction.
  Task<void> Shutdown();

  // Empty before the first Load().
  const std::string& name_space() const { return head_.name_space; }
  uint64_t counter() const { return head_.counter; }
  size_t size() const { return index_.size(); }

  // Nothing when the record does not exist.
  Task<Result<std::optional<StoredValue>>> Get(std::string table, std::string key);
  // Records of the table whose key starts with `prefix`, in order of keys.
  Task<Result<std::vector<StoredValue>>> List(std::string table, std::string prefix, size_t limit);
  // All or nothing. request.version_conflict when an expectation does not hold, quota.busy when too
  // much waits, platform.unknown_result when the host went away in the middle.
  Task<Status> Commit(std::vector<StoreChange> changes);

 private:
  enum class State : uint8_t { kUnloaded, kLoading, kReady, kStopped };
  struct Head {
    std::string name_space;
    uint64_t counter = 0;
    Hash256 root{};
  };
  static constexpr size_t kMaxUncertain = 16;
  void Doubt(Head head);
  struct Waiter;
  struct Batch;

  Task<Status> LoadPages(RecordIndex& index, std::optional<SealedRecord>& head);
  Task<Status> StartNamespace();
  Status Adopt(RecordIndex index, const std::optional<SealedRecord>& head_record);
  Result<Head> OpenHead(const SealedRecord& record) const;
  SealedRecord SealHead(const Head& head);
  Task<Result<Bytes>> ReadAgain(std::string table, std::string key);
  Task<void> WriteLoop();
  Task<void> WriteOnce();
  Batch TakeBatch();
  Status CheckExpectations(const std::vector<StoreChange>& changes) const;
  void Finish(Batch& batch, const Status& status, bool unknown);
  SealPlace PlaceOf(std::string_view table, std::string_view key, uint64_t version) const;
  rpc::CallContext Context() const;
  Status NotReady() const;

  Env env_;
  Executor executor_;
  RecordsApi& records_;
  crypto::SecretBytes record_key_;
  std::string partition_;
  StoreOptions options_;
  State state_ = State::kUnloaded;
  Head head_;
  // Sent, but the answers never came: one of them may stand, or come to stand while a slow host
  // still works on it. At most kMaxUncertain; a write that was acknowledged settles them all.
  std::vector<Head> uncertain_;
  RecordIndex index_;
  std::deque<std::shared_ptr<Waiter>> waiting_;
  bool writing_ = false;
  TaskGroup group_;
};

}  // namespace nsl::enclave
