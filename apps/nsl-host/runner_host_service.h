// SPDX-License-Identifier: Apache-2.0
//
// RunnerHostService: what the runner asks of the host (RunnerHostApi): blobs, key-value rows, chain
// reads, and the transactions that the vault signed for functions. The runner checks blobs against
// their hash and opens rows itself; nothing here decides.
//
// A key that was never written or was deleted answers as a row with empty sealed bytes and the
// version above which the next one must lie, so that no version is ever sealed twice. One thread.
#pragma once

#include "chain/api.h"
#include "function_runner/api.h"
#include "orchestrator/transaction_keeper.h"
#include "storage/blobs.h"
#include "storage/kv.h"

namespace nsl::host {

class RunnerHostService final : public function_runner::RunnerHostApi {
 public:
  // Borrowed.
  RunnerHostService(storage::BlobStore& blobs, storage::KvStore& kv, chain::ChainApi& chain,
                    orchestrator::TransactionKeeper& transactions)
      : blobs_(blobs), kv_(kv), chain_(chain), transactions_(transactions) {}

  Task<Result<function_runner::BlobReply>> GetBlob(rpc::CallContext,
                                                   function_runner::BlobRequest) override;
  Task<Result<function_runner::KvGetReply>> KvGet(rpc::CallContext,
                                                  function_runner::KvGetRequest) override;
  Task<Result<rpc::Empty>> KvWriteBatch(rpc::CallContext, function_runner::KvWriteRequest) override;
  Task<Result<function_runner::KvListReply>> KvList(rpc::CallContext,
                                                    function_runner::KvListRequest) override;
  Task<Result<function_runner::ChainReadReply>> ChainRead(
      rpc::CallContext, function_runner::ChainReadRequest) override;
  Task<Result<function_runner::TransactionReply>> TrackTransaction(
      rpc::CallContext, function_runner::TrackRequest) override;
  Task<Result<function_runner::TransactionReply>> TransactionState(
      rpc::CallContext, function_runner::TransactionStateRequest) override;

 private:
  storage::BlobStore& blobs_;
  storage::KvStore& kv_;
  chain::ChainApi& chain_;
  orchestrator::TransactionKeeper& transactions_;
};

}  // namespace nsl::host
