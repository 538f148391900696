// SPDX-License-Identifier: Apache-2.0
//
// The function runner as the host sees it, and the host as the runner sees it.
//
// The runner builds and runs code that strangers wrote, one confined process per (project, function
// version). It picks the version, sets the caller and meters; the host only carries bytes. The
// invoke path is a raw frame (invoke_wire.h), everything else goes through the method tables here.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/api.h"
#include "base/bytes.h"
#include "rpc/method.h"
#include "wallet/function_api.h"

namespace nsl::function_runner {

using rpc::CallContext;

// Number of the raw invoke method; its body is described in invoke_wire.h.
inline constexpr uint16_t kInvokeMethod = 300;

struct SourceFile {
  std::string path;
  Bytes content;
};
BOOST_DESCRIBE_STRUCT(SourceFile, (), (path, content))

// Limits of requirements §8 (c); each has a default and a ceiling in limits.h.
struct FunctionLimits {
  uint32_t wall_ms = 60'000;
  uint32_t cpu_ms = 10'000;
  uint32_t memory_mb = 128;
  uint32_t concurrency = 32;
  static constexpr std::string_view kDefaulted[] = {"wall_ms", "cpu_ms", "memory_mb",
                                                    "concurrency"};
};
BOOST_DESCRIBE_STRUCT(FunctionLimits, (), (wall_ms, cpu_ms, memory_mb, concurrency))

// What nsl.toml says, as the deploy request carries it. Its deterministic CBOR is part of the code
// hash: SHA-256 of ["nsl/code/1", manifest, [[path, SHA-256(file)], … by path]].
struct Manifest {
  std::string name;
  std::string runtime;
  std::string entry;
  FunctionLimits limits;
  // "members" (default) or "public".
  std::string access = "members";
  std::map<std::string, std::string> env;
  static constexpr std::string_view kDefaulted[] = {"limits", "access", "env"};
};
BOOST_DESCRIBE_STRUCT(Manifest, (), (name, runtime, entry, limits, access, env))

// 32 bytes; the same bytes in `nsl hash`, the grant and every receipt.
Hash256 CodeHash(const Manifest& manifest, const std::vector<SourceFile>& files);

struct BuildRequest {
  std::string project_id;
  std::string function_id;
  Manifest manifest;
  std::vector<SourceFile> files;
};
BOOST_DESCRIBE_STRUCT(BuildRequest, (), (project_id, function_id, manifest, files))
struct BuildReply {
  // CBOR of an account::BuildRecord and the runner's ES256 signature over it.
  Bytes build_record;
  Bytes build_signature;
  // The artefacts to keep: name and bytes; their SHA-256 stand in the record.
  std::vector<SourceFile> artefacts;
};
BOOST_DESCRIBE_STRUCT(BuildReply, (), (build_record, build_signature, artefacts))

struct UsageRow {
  std::string project_id;
  std::string function_id;
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t cpu_us = 0;
  uint64_t wall_us = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint64_t host_calls = 0;
};
BOOST_DESCRIBE_STRUCT(UsageRow, (),
                      (project_id, function_id, runs, failed, cpu_us, wall_us, input_bytes,
                       output_bytes, host_calls))
struct UsageReply {
  // Counted since the boot of this runner; `boot_id` tells counters of two lives apart.
  Bytes boot_id;
  std::vector<UsageRow> rows;
};
BOOST_DESCRIBE_STRUCT(UsageReply, (), (boot_id, rows))

struct OpenRunRequest {
  std::string run_id;
  std::string function_id;
  Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(OpenRunRequest, (), (run_id, function_id, sealed))
struct RunLogLine {
  // Microseconds since the start of the run.
  uint64_t at_us = 0;
  std::string level;
  std::string message;
  // JSON object text, "" when there is none.
  std::string fields;
};
BOOST_DESCRIBE_STRUCT(RunLogLine, (), (at_us, level, message, fields))
// What a kept run holds besides its open row; sealed to the project key outside the runner.
struct RunDetail {
  std::vector<RunLogLine> logs;
  uint32_t dropped_log_lines = 0;
  // JSON text of the result; empty when the run failed.
  std::string result;
  std::string error_message;
  std::string error_stack;
  // Salt of the receipt's hashes; receipts leave it out until the owner asks.
  Bytes salt;
};
BOOST_DESCRIBE_STRUCT(RunDetail, (),
                      (logs, dropped_log_lines, result, error_message, error_stack, salt))

struct RunnerInfo {
  std::string release;
  bool simulated = false;
  // "full" or the list of optional pieces that this kernel lacks; "none" only in -dev programs.
  std::string isolation;
  Bytes boot_id;
  uint32_t workers = 0;
  uint32_t blanks = 0;
};
BOOST_DESCRIBE_STRUCT(RunnerInfo, (), (release, simulated, isolation, boot_id, workers, blanks))
struct SandboxPiece {
  std::string piece;
  bool essential = false;
  bool active = false;
  int32_t error = 0;
};
BOOST_DESCRIBE_STRUCT(SandboxPiece, (), (piece, essential, active, error))
struct SandboxReply {
  std::vector<SandboxPiece> pieces;
};
BOOST_DESCRIBE_STRUCT(SandboxReply, (), (pieces))

// Served by the runner to the host.
struct RunnerApi {
  virtual ~RunnerApi() = default;
  // Compiles and boot-checks in a fresh confined process; function.build with file, line, column.
  virtual Task<Result<BuildReply>> Build(CallContext, BuildRequest) = 0;
  virtual Task<Result<UsageReply>> Usage(CallContext, rpc::Empty) = 0;
  // Opens a kept run's sealed detail for a caller who may read the project.
  virtual Task<Result<RunDetail>> OpenRun(CallContext, OpenRunRequest) = 0;
  virtual Task<Result<RunnerInfo>> Info(CallContext, rpc::Empty) = 0;
  virtual Task<Result<SandboxReply>> Sandbox(CallContext, rpc::Empty) = 0;
  virtual Task<Result<account::AttestationReply>> Attestation(CallContext,
                                                              account::AttestationRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&RunnerApi::Build>{.number = 301,
                                     .name = "runner.build",
                                     .deadline_ms = 30'000,
                                     .max_request_bytes = 16 << 20,
                                     .max_reply_bytes = 24 << 20},
      rpc::Method<&RunnerApi::Usage>{.number = 302, .name = "runner.usage", .idempotent = true},
      rpc::Method<&RunnerApi::OpenRun>{
          .number = 303, .name = "runner.open_run", .idempotent = true},
      rpc::Method<&RunnerApi::Info>{.number = 304, .name = "runner.info", .idempotent = true},
      rpc::Method<&RunnerApi::Sandbox>{.number = 305, .name = "runner.sandbox", .idempotent = true},
      rpc::Method<&RunnerApi::Attestation>{
          .number = 306, .name = "runner.attestation", .idempotent = true},
  };
};

// --- What the runner asks of the host -----------------------------------------------------------

struct BlobRequest {
  Bytes hash;
};
BOOST_DESCRIBE_STRUCT(BlobRequest, (), (hash))
struct BlobReply {
  Bytes content;
};
BOOST_DESCRIBE_STRUCT(BlobReply, (), (content))

// Key-value rows: names are visible to the host, values are sealed by the runner.
struct KvRow {
  std::string key;
  uint64_t version = 0;
  Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(KvRow, (), (key, version, sealed))
struct KvGetRequest {
  std::string project_id;
  std::string name_space;
  std::string key;
};
BOOST_DESCRIBE_STRUCT(KvGetRequest, (), (project_id, name_space, key))
struct KvGetReply {
  std::optional<KvRow> row;
};
BOOST_DESCRIBE_STRUCT(KvGetReply, (), (row))
struct KvWrite {
  std::string key;
  // The version that must stand now: 0 = must not exist. Sealing binds expect + 1 or the store's
  // next version, which the runner learns before it seals.
  uint64_t expect = 0;
  uint64_t version = 0;
  // Empty deletes.
  Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(KvWrite, (), (key, expect, version, sealed))
struct KvWriteRequest {
  std::string project_id;
  std::string name_space;
  // All or nothing, at most 100.
  std::vector<KvWrite> writes;
};
BOOST_DESCRIBE_STRUCT(KvWriteRequest, (), (project_id, name_space, writes))
struct KvListRequest {
  std::string project_id;
  std::string name_space;
  std::string prefix;
  std::string after;
  uint32_t limit = 50;
};
BOOST_DESCRIBE_STRUCT(KvListRequest, (), (project_id, name_space, prefix, after, limit))
struct KvListReply {
  std::vector<KvRow> rows;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(KvListReply, (), (rows, more))

// One chain read by name; arguments and answer are JSON text as in functions.md.
struct ChainReadRequest {
  std::string method;
  std::string args;
};
BOOST_DESCRIBE_STRUCT(ChainReadRequest, (), (method, args))
struct ChainReadReply {
  std::string result;
  // Height of the node that answered; goes into the receipt.
  uint32_t height = 0;
};
BOOST_DESCRIBE_STRUCT(ChainReadReply, (), (result, height))

// A transaction that the vault signed for a function: the host lands it.
struct TrackRequest {
  std::string project_id;
  std::string function_id;
  std::string run_id;
  std::string wallet_id;
  std::optional<wallet::TransferIntent> transfer;
  std::optional<wallet::CallIntent> call;
  wallet::SignedTransaction signed_tx;
};
BOOST_DESCRIBE_STRUCT(TrackRequest, (),
                      (project_id, function_id, run_id, wallet_id, transfer, call, signed_tx))
struct TransactionStateRequest {
  std::string project_id;
  std::string transaction;
  // Answer only when it has ended, or shortly before the deadline.
  bool wait = false;
};
BOOST_DESCRIBE_STRUCT(TransactionStateRequest, (), (project_id, transaction, wait))
// JSON of a wallet::Transaction.
struct TransactionReply {
  std::string json;
};
BOOST_DESCRIBE_STRUCT(TransactionReply, (), (json))

// Served by the host to the runner. Nothing in an answer is trusted: blobs are checked against
// their hash, rows against their seal.
struct RunnerHostApi {
  virtual ~RunnerHostApi() = default;
  virtual Task<Result<BlobReply>> GetBlob(CallContext, BlobRequest) = 0;
  virtual Task<Result<KvGetReply>> KvGet(CallContext, KvGetRequest) = 0;
  virtual Task<Result<rpc::Empty>> KvWriteBatch(CallContext, KvWriteRequest) = 0;
  virtual Task<Result<KvListReply>> KvList(CallContext, KvListRequest) = 0;
  virtual Task<Result<ChainReadReply>> ChainRead(CallContext, ChainReadRequest) = 0;
  // Durable when it answers; the same transaction again is the same row.
  virtual Task<Result<TransactionReply>> TrackTransaction(CallContext, TrackRequest) = 0;
  virtual Task<Result<TransactionReply>> TransactionState(CallContext, TransactionStateRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&RunnerHostApi::GetBlob>{
          .number = 350, .name = "host.get_blob", .idempotent = true, .max_reply_bytes = 24 << 20},
      rpc::Method<&RunnerHostApi::KvGet>{.number = 351, .name = "host.kv_get", .idempotent = true},
      rpc::Method<&RunnerHostApi::KvWriteBatch>{
          .number = 352, .name = "host.kv_write", .max_request_bytes = 16 << 20},
      rpc::Method<&RunnerHostApi::KvList>{
          .number = 353, .name = "host.kv_list", .idempotent = true},
      rpc::Method<&RunnerHostApi::ChainRead>{
          .number = 354, .name = "host.chain_read", .idempotent = true},
      rpc::Method<&RunnerHostApi::TrackTransaction>{
          .number = 355, .name = "host.track_transaction", .idempotent = true},
      rpc::Method<&RunnerHostApi::TransactionState>{.number = 356,
                                                    .name = "host.transaction_state",
                                                    .idempotent = true,
                                                    .deadline_ms = 60'000},
  };
};

}  // namespace nsl::function_runner
