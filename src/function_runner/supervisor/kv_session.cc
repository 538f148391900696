// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/kv_session.h"

#include <charconv>

namespace nsl::function_runner {
namespace {

constexpr size_t kMaxKey = 1'024;
constexpr size_t kMaxValue = 1 << 20;
constexpr size_t kMaxBatch = 100;
constexpr int kTries = 16;

Status CheckKey(const std::string& key) {
  if (key.empty() || key.size() > kMaxKey || key.find('\0') != std::string::npos) {
    return Fail(Reason::kRequestInvalid, "a key is 1 to 1,024 bytes without NUL; this one has " +
                                             std::to_string(key.size()));
  }
  return {};
}

}  // namespace

Task<Result<KvSession::Row>> KvSession::Fetch(rpc::CallContext ctx, std::string key) {
  KvGetRequest request{project_id_, name_space_, key};
  Result<KvGetReply> reply = co_await host_.KvGet(std::move(ctx), std::move(request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  Row row;
  if (!reply->row) co_return row;
  row.version = reply->row->version;
  if (reply->row->sealed.empty()) co_return row;
  Result<Bytes> plain =
      sealer_.Open(project_key_, project_id_, table(), key, row.version, reply->row->sealed);
  if (!plain) co_return std::unexpected(std::move(plain.error()));
  row.json = std::string(AsText(*plain));
  co_return row;
}

Task<Result<std::optional<KvValue>>> KvSession::Get(rpc::CallContext ctx, std::string key) {
  NSL_CO_TRY_VOID(CheckKey(key));
  if (auto it = pending_.find(key); it != pending_.end()) {
    if (!it->second.json) co_return std::nullopt;
    co_return KvValue{*it->second.json, it->second.base + 1};
  }
  Result<Row> row = co_await Fetch(std::move(ctx), key);
  if (!row) co_return std::unexpected(std::move(row.error()));
  if (!row->json) co_return std::nullopt;
  co_return KvValue{std::move(*row->json), row->version};
}

Task<Result<uint64_t>> KvSession::Put(rpc::CallContext ctx, std::string key, std::string json,
                                      std::optional<uint64_t> expect) {
  NSL_CO_TRY_VOID(CheckKey(key));
  if (json.size() > kMaxValue) {
    co_return Fail(Reason::kKvTooLarge, "a value is at most 1 MiB as JSON; this one has " +
                                            std::to_string(json.size()) + " bytes");
  }
  auto it = pending_.find(key);
  if (it == pending_.end()) {
    if (pending_.size() >= kMaxBatch) {
      co_return Fail(Reason::kQuotaItems,
                     "a run keeps at most 100 writes; call ctx.kv.commit() in between");
    }
    Result<Row> row = co_await Fetch(std::move(ctx), key);
    if (!row) co_return std::unexpected(std::move(row.error()));
    it =
        pending_.try_emplace(key, Pending{std::nullopt, row->version, row->json.has_value()}).first;
    if (!row->json) it->second.json.reset();
    if (expect) {
      uint64_t current = row->json ? row->version : 0;
      if (current != *expect) {
        pending_.erase(it);
        co_return Fail(Reason::kKvConflict, "the current version is " + std::to_string(current));
      }
      it->second.strict = true;
    }
  } else if (expect) {
    uint64_t current = it->second.json ? it->second.base + 1 : 0;
    if (current != *expect) {
      co_return Fail(Reason::kKvConflict, "the current version is " + std::to_string(current));
    }
  }
  it->second.json = std::move(json);
  co_return it->second.base + 1;
}

Task<Result<bool>> KvSession::Delete(rpc::CallContext ctx, std::string key) {
  NSL_CO_TRY_VOID(CheckKey(key));
  auto it = pending_.find(key);
  if (it != pending_.end()) {
    bool had = it->second.json.has_value();
    it->second.json.reset();
    co_return had;
  }
  Result<Row> row = co_await Fetch(std::move(ctx), key);
  if (!row) co_return std::unexpected(std::move(row.error()));
  if (!row->json) co_return false;
  if (pending_.size() >= kMaxBatch) {
    co_return Fail(Reason::kQuotaItems,
                   "a run keeps at most 100 writes; call ctx.kv.commit() in between");
  }
  pending_[key] = Pending{std::nullopt, row->version, true};
  co_return true;
}

Task<Result<KvSession::Page>> KvSession::List(rpc::CallContext ctx, std::string prefix,
                                              std::string cursor, uint32_t limit) {
  if (limit == 0 || limit > 500) {
    co_return Fail(Reason::kRequestInvalid, "limit is 1 to 500");
  }
  KvListRequest request{project_id_, name_space_, prefix, cursor, limit};
  Result<KvListReply> reply = co_await host_.KvList(std::move(ctx), std::move(request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  std::map<std::string, KvValue> merged;
  std::string last;
  for (KvRow& row : reply->rows) {
    Result<Bytes> plain =
        sealer_.Open(project_key_, project_id_, table(), row.key, row.version, row.sealed);
    if (!plain) co_return std::unexpected(std::move(plain.error()));
    last = row.key;
    merged[row.key] = KvValue{std::string(AsText(*plain)), row.version};
  }
  for (const auto& [key, pending] : pending_) {
    bool in_page = key.starts_with(prefix) && key > cursor && (!reply->more || key <= last);
    if (!in_page) continue;
    if (pending.json) {
      merged[key] = KvValue{*pending.json, pending.base + 1};
    } else {
      merged.erase(key);
    }
  }
  Page page;
  for (auto& [key, value] : merged) page.items.emplace_back(key, std::move(value));
  if (reply->more) page.cursor = last;
  co_return page;
}

Task<Result<int64_t>> KvSession::Increment(rpc::CallContext ctx, std::string key, int64_t by) {
  NSL_CO_TRY_VOID(CheckKey(key));
  if (pending_.contains(key)) {
    co_return Fail(Reason::kKvConflict,
                   "this run has an uncommitted write to the key; call ctx.kv.commit() first");
  }
  for (int attempt = 0; attempt < kTries; ++attempt) {
    Result<Row> row = co_await Fetch(ctx, key);
    if (!row) co_return std::unexpected(std::move(row.error()));
    int64_t value = 0;
    if (row->json) {
      const std::string& text = *row->json;
      auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (failed != std::errc() || end != text.data() + text.size()) {
        co_return Fail(Reason::kRequestInvalid, "increment needs an integer value in the key");
      }
    }
    if (__builtin_add_overflow(value, by, &value)) {
      co_return Fail(Reason::kRequestInvalid, "increment would leave the range of 64-bit integers");
    }
    KvWriteRequest request{project_id_, name_space_, {}};
    request.writes.push_back(
        Sealed(key, Pending{std::to_string(value), row->version, row->json.has_value()}));
    Result<rpc::Empty> written = co_await host_.KvWriteBatch(ctx, std::move(request));
    if (written) co_return value;
    if (written.error().reason != Reason::kKvConflict) {
      co_return std::unexpected(std::move(written.error()));
    }
  }
  co_return Fail(Reason::kKvConflict, "the key changed 16 times in a row under this increment");
}

KvWrite KvSession::Sealed(const std::string& key, const Pending& pending) const {
  KvWrite write;
  write.key = key;
  write.expect = pending.exists ? pending.base : 0;
  write.version = pending.base + 1;
  if (pending.json) {
    write.sealed = sealer_.Seal(project_key_, project_id_, table(), key, write.version,
                                AsBytes(*pending.json));
  }
  return write;
}

Task<Status> KvSession::Commit(rpc::CallContext ctx) {
  for (int attempt = 0; !pending_.empty(); ++attempt) {
    KvWriteRequest request{project_id_, name_space_, {}};
    for (const auto& [key, pending] : pending_) {
      if (pending.exists || pending.json) request.writes.push_back(Sealed(key, pending));
    }
    if (request.writes.empty()) break;
    Result<rpc::Empty> written = co_await host_.KvWriteBatch(ctx, std::move(request));
    if (written) break;
    if (written.error().reason != Reason::kKvConflict || attempt >= kTries) {
      co_return std::unexpected(std::move(written.error()));
    }
    // Last write wins for keys without an expectation: take the new base and try again.
    for (auto& [key, pending] : pending_) {
      Result<Row> row = co_await Fetch(ctx, key);
      if (!row) co_return std::unexpected(std::move(row.error()));
      if (pending.strict && row->version != pending.base) {
        co_return Fail(Reason::kKvConflict, "the key '" + key + "' changed; its version is " +
                                                std::to_string(row->version));
      }
      pending.base = row->version;
      pending.exists = row->json.has_value();
    }
  }
  pending_.clear();
  co_return Status{};
}

}  // namespace nsl::function_runner
