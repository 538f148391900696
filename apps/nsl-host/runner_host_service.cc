// SPDX-License-Identifier: Apache-2.0
#include "runner_host_service.h"

#include "base/codec.h"
#include "chain_reads.h"

namespace nsl::host {

using function_runner::BlobReply;
using function_runner::ChainReadReply;
using function_runner::KvGetReply;
using function_runner::KvListReply;
using function_runner::KvRow;
using function_runner::TransactionReply;
using storage::KvOperation;

Task<Result<BlobReply>> RunnerHostService::GetBlob(rpc::CallContext,
                                                   function_runner::BlobRequest request) {
  std::optional<Hash256> hash = ToArray<32>(request.hash);
  if (!hash) co_return Fail(Reason::kRequestInvalid, "a blob is named by 32 bytes");
  Result<Bytes> content = co_await blobs_.Get(*hash);
  if (!content) co_return std::unexpected(std::move(content.error()));
  co_return BlobReply{std::move(*content)};
}

Task<Result<KvGetReply>> RunnerHostService::KvGet(rpc::CallContext,
                                                  function_runner::KvGetRequest request) {
  storage::KvScope scope{std::move(request.project_id), std::move(request.name_space)};
  Result<storage::KvLookup> found = co_await kv_.Get(std::move(scope), ToBytes(request.key));
  if (!found) co_return std::unexpected(std::move(found.error()));
  KvGetReply reply;
  if (found->found) {
    reply.row = KvRow{std::move(request.key), static_cast<uint64_t>(found->entry.version),
                      std::move(found->entry.value)};
  } else if (found->floor > 0) {
    reply.row = KvRow{std::move(request.key), static_cast<uint64_t>(found->floor), {}};
  }
  co_return reply;
}

Task<Result<rpc::Empty>> RunnerHostService::KvWriteBatch(rpc::CallContext,
                                                         function_runner::KvWriteRequest request) {
  std::vector<KvOperation> operations;
  for (function_runner::KvWrite& write : request.writes) {
    if (write.expect > INT64_MAX || write.version > INT64_MAX) {
      co_return Fail(Reason::kRequestInvalid, "a version is below 2^63");
    }
    KvOperation op;
    op.kind = write.sealed.empty() ? KvOperation::Kind::kDelete : KvOperation::Kind::kPut;
    op.key = ToBytes(write.key);
    op.value = std::move(write.sealed);
    op.expected = static_cast<int64_t>(write.expect);
    if (op.kind == KvOperation::Kind::kPut) op.new_version = static_cast<int64_t>(write.version);
    operations.push_back(std::move(op));
  }
  storage::KvScope scope{std::move(request.project_id), std::move(request.name_space)};
  Result<std::vector<int64_t>> versions =
      co_await kv_.Batch(std::move(scope), std::move(operations));
  if (!versions) co_return std::unexpected(std::move(versions.error()));
  co_return rpc::Empty{};
}

Task<Result<KvListReply>> RunnerHostService::KvList(rpc::CallContext,
                                                    function_runner::KvListRequest request) {
  storage::KvScope scope{std::move(request.project_id), std::move(request.name_space)};
  std::string cursor;
  if (!request.after.empty()) cursor = ToBase64Url(AsBytes(request.after));
  Result<storage::KvPage> page = co_await kv_.List(std::move(scope), ToBytes(request.prefix),
                                                   std::move(cursor), request.limit, true);
  if (!page) co_return std::unexpected(std::move(page.error()));
  KvListReply reply;
  for (storage::KvEntry& entry : page->entries) {
    reply.rows.push_back(KvRow{std::string(AsText(entry.key)), static_cast<uint64_t>(entry.version),
                               std::move(entry.value)});
  }
  reply.more = !page->next_cursor.empty();
  co_return reply;
}

Task<Result<ChainReadReply>> RunnerHostService::ChainRead(
    rpc::CallContext context, function_runner::ChainReadRequest request) {
  Result<ChainReadReply> reply = co_await ReadChain(&chain_, std::move(request.method),
                                                    std::move(request.args), context.deadline);
  co_return reply;
}

Task<Result<TransactionReply>> RunnerHostService::TrackTransaction(
    rpc::CallContext, function_runner::TrackRequest request) {
  orchestrator::TrackedTransaction tracked{
      std::move(request.project_id), std::move(request.function_id), std::move(request.run_id),
      std::move(request.wallet_id),  std::move(request.transfer),    std::move(request.call),
      std::move(request.signed_tx)};
  auto tx = co_await transactions_.Track(std::move(tracked));
  if (!tx) co_return std::unexpected(std::move(tx.error()));
  co_return TransactionReply{ToJson(*tx)};
}

Task<Result<TransactionReply>> RunnerHostService::TransactionState(
    rpc::CallContext context, function_runner::TransactionStateRequest request) {
  auto tx =
      co_await transactions_.StateIn(std::move(request.project_id), std::move(request.transaction),
                                     request.wait, context.deadline);
  if (!tx) co_return std::unexpected(std::move(tx.error()));
  co_return TransactionReply{ToJson(*tx)};
}

}  // namespace nsl::host
