// SPDX-License-Identifier: Apache-2.0
//
// Rows of kept runs and the statements that read and write them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "function_runner/invoke_wire.h"
#include "orchestrator/api.h"
#include "storage/api.h"

namespace nsl::orchestrator {

struct KeptRun {
  Run run;
  UnixMillis started_ms = 0;
  // CBOR of a function_runner::Receipt without its attestation document, which many receipts share.
  Bytes receipt;
  Hash256 document_hash{};
  Bytes document;
  Bytes sealed_detail;
};

inline constexpr std::string_view kRunning = "running";

// The state that a dotted reason means; empty = succeeded.
std::string_view StateOf(std::string_view reason);
// Takes the attestation document out of an encoded receipt.
Status SplitReceipt(ByteView receipt, KeptRun& run);
// Puts it back.
Result<function_runner::Receipt> JoinReceipt(const Bytes& receipt, Bytes document);

storage::RoomMigrations RunMigrations();
// A run that is not known yet, or one that had a row while it ran; `with_document`: also the
// attestation document, unless it is there already.
std::vector<storage::Statement> InsertRun(const KeptRun& run, bool with_document);
// A run that has been accepted and has not ended; nothing when it has.
storage::Statement InsertRunning(const KeptRun& run);
// Ends what a host that is gone left running.
storage::Statement EndLostRuns();
storage::Statement SelectRun(const std::string& id);
storage::Statement SelectRuns(const RunListRequest& request, const std::string& after,
                              uint32_t limit);
Run ReadRun(storage::Row row);
// receipt, attestation document, sealed detail, function id, project id.
storage::Statement SelectRunDetail(const std::string& id);
// Runs that are too old, then those beyond the number a project may keep.
storage::Statement DeleteOldRuns(UnixMillis before);
storage::Statement DeleteSurplusRuns(int64_t keep);

}  // namespace nsl::orchestrator
