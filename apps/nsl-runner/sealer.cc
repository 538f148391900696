// SPDX-License-Identifier: Apache-2.0
#include "sealer.h"

namespace nsl::runner_app {

enclave::SealPlace RecordSealer::Place(std::string_view project_id, std::string_view table,
                                       std::string_view key, uint64_t version) const {
  enclave::SealPlace place;
  place.environment = settings_.environment;
  place.name_space = identity_.keys().name_space;
  place.project = project_id;
  place.table = table;
  place.key = key;
  place.version = version;
  return place;
}

Bytes RecordSealer::Seal(ByteView project_key, std::string_view project_id, std::string_view table,
                         std::string_view key, uint64_t version, ByteView plain) {
  return enclave::SealRecord(project_key, Place(project_id, table, key, version), plain, random_);
}

Result<Bytes> RecordSealer::Open(ByteView project_key, std::string_view project_id,
                                 std::string_view table, std::string_view key, uint64_t version,
                                 ByteView sealed) {
  return enclave::OpenRecord(project_key, Place(project_id, table, key, version), sealed);
}

}  // namespace nsl::runner_app
