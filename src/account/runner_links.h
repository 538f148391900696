// SPDX-License-Identifier: Apache-2.0
//
// RunnerLinks: the runners whose attested channel is open now, with the key that each proved.
//
// Guarantee: a build signature counts only while the channel of its runner is open; Revoke()
// returns when every runner has answered or after 1 s (leases end after 5 s in any case). One
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "account/api.h"
#include "base/env.h"
#include "base/task_group.h"
#include "crypto/ecdsa.h"
#include "net/signal.h"

namespace nsl::account {

class RunnerLinks {
 public:
  RunnerLinks(Env env, Executor executor) : env_(env), executor_(executor), group_(executor) {}

  // Called by main when a channel has been opened, and when it ends. `revocation` lives as long as
  // the link, and as long as a call on it runs.
  uint64_t Add(crypto::P256PublicKey signing_key, std::shared_ptr<RevocationApi> revocation);
  void Remove(uint64_t link);
  size_t size() const { return links_.size(); }

  // True when a live runner signed these bytes.
  bool Signed(ByteView message, ByteView signature) const;
  Task<void> Revoke(RevokeRequest request);

  Task<void> Shutdown();

  static constexpr std::chrono::milliseconds kRevokeWait{1'000};

 private:
  struct Link {
    uint64_t id;
    crypto::P256PublicKey key;
    std::shared_ptr<RevocationApi> revocation;
  };
  struct Pending {
    explicit Pending(Executor executor) : done(executor) {}
    size_t open = 0;
    net::Signal done;
  };
  static Task<void> Tell(std::shared_ptr<RevocationApi> runner, CallContext context,
                         RevokeRequest request, std::shared_ptr<Pending> pending);

  Env env_;
  Executor executor_;
  std::vector<Link> links_;
  uint64_t last_id_ = 0;
  TaskGroup group_;
};

}  // namespace nsl::account
