// SPDX-License-Identifier: Apache-2.0
//
// Inner parts of SealedStore, shared by its source files alone.
#pragma once

#include <boost/describe.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "enclave/sealed_store.h"

namespace nsl::enclave {

inline constexpr int kReadAttempts = 4;
inline constexpr std::string_view kHeadTag = "nsl/head/1";
inline constexpr std::string_view kHeadKey = "head";
inline constexpr std::string_view kNamespaceId = "ns_";

// The plaintext of the head record.
struct HeadText {
  std::string tag;
  std::string name_space;
  uint64_t counter = 0;
  Bytes root;
};
BOOST_DESCRIBE_STRUCT(HeadText, (), (tag, name_space, counter, root))

struct SealedStore::Waiter {
  Waiter(Executor executor, std::vector<StoreChange> c)
      : changes(std::move(c)), done(executor, std::chrono::steady_clock::time_point::max()) {}

  void Finish(Status s) {
    status = std::move(s);
    done.cancel();
  }

  std::vector<StoreChange> changes;
  std::optional<Status> status;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      done;
};

// One write to the host: the changes of some waiters and the head after them.
struct SealedStore::Batch {
  std::vector<std::shared_ptr<Waiter>> waiters;
  std::vector<SealedRecord> records;
  std::vector<RecordIndex::LeafChange> leaves;
  std::set<RecordKey> keys;
  Head head;
  size_t bytes = 0;
};

Error Altered(std::string_view table, std::string_view key);
Status CheckShape(const std::vector<StoreChange>& changes, const StoreOptions& options);
// True when the host may have stored a write that failed so.
bool MayHaveHappened(const Error& error);

}  // namespace nsl::enclave
