// SPDX-License-Identifier: Apache-2.0
//
// The key-value writes of one run: kept back until the run has succeeded (or said commit), so that
// a failed run leaves nothing; its own reads see them.
//
// Values are sealed with the project key before they leave the runner, bound to namespace, key and
// version; a row that does not open is platform.integrity. increment is atomic at once, because its
// answer must be true. One thread; the run may end while a call of it is awaited.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/task.h"
#include "function_runner/api.h"

namespace nsl::function_runner {

// Seals values of a project; implemented over the enclave's sealing functions by main.
class ProjectSealer {
 public:
  virtual ~ProjectSealer() = default;
  virtual Bytes Seal(ByteView project_key, std::string_view project_id, std::string_view table,
                     std::string_view key, uint64_t version, ByteView plain) = 0;
  virtual Result<Bytes> Open(ByteView project_key, std::string_view project_id,
                             std::string_view table, std::string_view key, uint64_t version,
                             ByteView sealed) = 0;
};

struct KvValue {
  // JSON text.
  std::string json;
  uint64_t version = 0;
};

class KvSession {
 public:
  KvSession(RunnerHostApi& host, ProjectSealer& sealer, std::string project_id,
            std::string name_space, Bytes project_key)
      : host_(host),
        sealer_(sealer),
        project_id_(std::move(project_id)),
        name_space_(std::move(name_space)),
        project_key_(std::move(project_key)) {}

  Task<Result<std::optional<KvValue>>> Get(rpc::CallContext ctx, std::string key);
  // Kept back. The version that the caller expects (0 = absent) or none.
  Task<Result<uint64_t>> Put(rpc::CallContext ctx, std::string key, std::string json,
                             std::optional<uint64_t> expect);
  Task<Result<bool>> Delete(rpc::CallContext ctx, std::string key);
  struct Page {
    std::vector<std::pair<std::string, KvValue>> items;
    std::string cursor;
  };
  Task<Result<Page>> List(rpc::CallContext ctx, std::string prefix, std::string cursor,
                          uint32_t limit);
  // At once and atomic; the value must be an integer or absent.
  Task<Result<int64_t>> Increment(rpc::CallContext ctx, std::string key, int64_t by);
  // Writes what is kept back, all or nothing; kv.conflict when a key changed meanwhile.
  Task<Status> Commit(rpc::CallContext ctx);
  bool dirty() const { return !pending_.empty(); }

 private:
  struct Pending {
    // Absent = delete.
    std::optional<std::string> json;
    // Version of the row this was based on; the store compares.
    uint64_t base = 0;
    bool exists = false;
    // False: last write wins, so a conflict is retried on the new base.
    bool strict = false;
  };
  struct Row {
    uint64_t version = 0;
    std::optional<std::string> json;
  };
  Task<Result<Row>> Fetch(rpc::CallContext ctx, std::string key);
  KvWrite Sealed(const std::string& key, const Pending& pending) const;
  std::string table() const { return "kv/" + name_space_; }

  RunnerHostApi& host_;
  ProjectSealer& sealer_;
  std::string project_id_;
  std::string name_space_;
  Bytes project_key_;
  std::map<std::string, Pending> pending_;
};

}  // namespace nsl::function_runner
