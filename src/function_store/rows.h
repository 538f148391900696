// SPDX-License-Identifier: Apache-2.0
//
// Rows of the function store and the statements that read and write them. Pure.
#pragma once

#include <string>
#include <vector>

#include "function_store/api.h"
#include "storage/api.h"

namespace nsl::function_store {

inline constexpr int64_t kMaxFunctionsPerProject = 200;
inline constexpr int64_t kMaxUnaliasedVersions = 50;

struct FunctionRow {
  std::string id;
  std::string project_id;
  std::string name;
  std::string runtime;
  int64_t created_ms = 0;
  int64_t version = 0;
};

struct VersionRow {
  std::string id;
  std::string function_id;
  Bytes code_hash;
  function_runner::Manifest manifest;
  std::string authorised_by;
  int64_t bundle_bytes = 0;
  int64_t created_ms = 0;
  Bytes build_record;
  Bytes grant;
  Bytes grant_signature;
  std::vector<Hash256> artefacts;
};

Function ToFunction(const FunctionRow& row);
Version ToVersion(const VersionRow& row);

storage::RoomMigrations StoreMigrations();

storage::Statement InsertFunction(const FunctionRow& row);
// Project and number of aliases.
storage::Statement SelectPlace(const std::string& id);
// Moves the version on when it is still `version`.
storage::Statement NextVersion(const std::string& id, int64_t version);
storage::Statement SelectFunction(const std::string& id);
storage::Statement SelectFunctions(const std::string& project, const std::string& after,
                                   uint32_t limit);
FunctionRow ReadFunction(storage::Row row);
// Aliases of these functions, by function and name.
storage::Statement SelectAliases(const std::vector<std::string>& functions);

storage::Statement InsertVersion(const VersionRow& row);
storage::Statement SelectVersionByCode(const std::string& function, const Bytes& code_hash);
storage::Statement SelectVersions(const std::string& function, const std::string& after,
                                  uint32_t limit);
// id, CBOR of the hashes of its artefacts; of versions without an alias, newest first.
storage::Statement SelectUnaliased(const std::string& function);
storage::Statement SelectArtefacts(const std::string& function);
Result<VersionRow> ReadVersion(storage::Row row);
Result<std::vector<Hash256>> ReadArtefacts(const Bytes& cbor);

}  // namespace nsl::function_store
