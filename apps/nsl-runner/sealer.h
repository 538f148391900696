// SPDX-License-Identifier: Apache-2.0
//
// Seals project data (key-value values, run details) with the enclave's record sealing.
#pragma once

#include "enclave/identity.h"
#include "enclave/sealing.h"
#include "enclave/settings.h"
#include "function_runner/supervisor/kv_session.h"

namespace nsl::runner_app {

class RecordSealer final : public function_runner::ProjectSealer {
 public:
  // All borrowed; the namespace is read at each use, because the vault tells it later.
  RecordSealer(Random& random, const enclave::TrustedSettings& settings,
               const enclave::Identity& identity)
      : random_(random), settings_(settings), identity_(identity) {}
  Bytes Seal(ByteView project_key, std::string_view project_id, std::string_view table,
             std::string_view key, uint64_t version, ByteView plain) override;
  Result<Bytes> Open(ByteView project_key, std::string_view project_id, std::string_view table,
                     std::string_view key, uint64_t version, ByteView sealed) override;

 private:
  enclave::SealPlace Place(std::string_view project_id, std::string_view table,
                           std::string_view key, uint64_t version) const;

  Random& random_;
  const enclave::TrustedSettings& settings_;
  const enclave::Identity& identity_;
};

}  // namespace nsl::runner_app
