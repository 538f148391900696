// SPDX-License-Identifier: Apache-2.0
//
// RecordsApi in memory, for tests: an honest host, and the handles to turn it into a hostile one.
#pragma once

#include <boost/asio/post.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "enclave/api.h"

namespace nsl::enclave {

class MemoryRecords final : public RecordsApi {
 public:
  using Key = std::pair<std::string, std::string>;
  struct State {
    std::map<Key, SealedRecord> rows;
    std::optional<SealedRecord> head;
  };

  Task<Result<RecordsPutReply>> Put(rpc::CallContext, RecordsPutRequest request) override {
    ++puts;
    // A real host answers later, so what comes in between waits.
    co_await asio::post(co_await asio::this_coro::executor, kUseTask);
    if (before_put) {
      Status go = before_put(request);
      if (!go) co_return std::unexpected(go.error());
    }
    uint64_t expected = state.head ? state.head->version + 1 : 1;
    if (request.head.version != expected) {
      co_return Fail(Reason::kRequestVersionConflict, "another head stands");
    }
    for (SealedRecord& r : request.records) {
      Key key{r.table, r.key};
      written.push_back(r);
      if (r.sealed.empty()) {
        state.rows.erase(key);
      } else {
        state.rows[key] = std::move(r);
      }
    }
    written.push_back(request.head);
    state.head = std::move(request.head);
    if (after_put) {
      Status go = after_put();
      if (!go) co_return std::unexpected(go.error());
    }
    co_return RecordsPutReply{request.records.size()};
  }

  Task<Result<RecordsScanReply>> Scan(rpc::CallContext, RecordsScanRequest request) override {
    ++scans;
    if (down) co_return Fail(Reason::kPlatformUnavailable, "no host");
    RecordsScanReply reply;
    reply.head = state.head;
    auto it = request.after_table.empty() && request.after_key.empty()
                  ? state.rows.begin()
                  : state.rows.upper_bound(Key{request.after_table, request.after_key});
    for (; it != state.rows.end() && reply.records.size() < std::min(request.limit, page); ++it) {
      reply.records.push_back(it->second);
    }
    reply.more = it != state.rows.end();
    if (change_reply) change_reply(reply);
    co_return reply;
  }

  State state;
  uint32_t page = 500;
  bool down = false;
  size_t puts = 0;
  size_t scans = 0;
  // Everything that ever left the vault.
  std::vector<SealedRecord> written;
  // Fails before or after the write was made.
  std::function<Status(const RecordsPutRequest&)> before_put;
  std::function<Status()> after_put;
  std::function<void(RecordsScanReply&)> change_reply;
};

}  // namespace nsl::enclave
