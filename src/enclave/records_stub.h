// SPDX-License-Identifier: Apache-2.0
//
// The vault's side of RecordsApi over the connection to the host.
#pragma once

#include "enclave/api.h"
#include "rpc/stub.h"

namespace nsl::enclave {

class RecordsStub final : public rpc::Stub<RecordsApi> {
 public:
  using Stub::Stub;
  Task<Result<RecordsPutReply>> Put(rpc::CallContext c, RecordsPutRequest q) override {
    return Call<&RecordsApi::Put>(std::move(c), std::move(q));
  }
  Task<Result<RecordsScanReply>> Scan(rpc::CallContext c, RecordsScanRequest q) override {
    return Call<&RecordsApi::Scan>(std::move(c), std::move(q));
  }
};

}  // namespace nsl::enclave
