// SPDX-License-Identifier: Apache-2.0
//
// TransactionSender: hands signed transactions to the nodes and follows each to its one end.
//
// Guarantee: every transaction is handed to every usable node, again and again until it is in a
// block; it ends as landed (HALT or FAULT, read from block and application log) or as expired, and
// as expired only when its last valid block has passed by kExpiryMargin on nodes that do not know
// it. A node that refuses, forgets or denies it ends nothing: the bytes are out, and another node
// may land them. Where a transfer was asked for, HALT alone is no success: it must be among
// the notifications. With a rival it ends as one of three: landed, cancelled (the rival is in a
// block) or expired (neither is, and both have the same last valid block). The journal is told each
// step, and the same step again until it has kept it.
//
// One thread. At most kMaxFollowed at once.
#pragma once

#include <map>
#include <memory>

#include "base/env.h"
#include "base/task_group.h"
#include "chain/submit_api.h"
#include "chain/transport.h"

namespace nsl::chain {

// Signed bytes of which a chain takes either these or those that they conflict with.
struct Rival {
  // 0x…
  std::string hash;
  Bytes raw;
};

struct Submission {
  // tx_…
  std::string id;
  // 0x…
  std::string hash;
  Bytes raw;
  uint32_t valid_until_block = 0;
  // What must be among the notifications; without a contract HALT alone is success, as the script
  // itself asserts what was asked for.
  LoggedTransfer transfer;
  // What shall land in its place.
  std::optional<Rival> rival{};
};

struct SenderStep {
  enum class Kind : uint8_t {
    // A node has it.
    kBroadcast,
    // No node took it; `detail` says why. It is followed all the same.
    kRefused,
    kLanded,
    kExpired,
    // The rival is in a block.
    kCancelled,
  };
  Kind kind = Kind::kBroadcast;
  std::string detail;
  std::optional<LandedTransaction> landed;
  // HALT, and the transfer was seen.
  bool succeeded = false;
};

// Where steps become durable.
class SenderJournal {
 public:
  virtual ~SenderJournal() = default;
  virtual Task<Status> Note(std::string id, SenderStep step) = 0;
};

struct SenderConfig {
  std::chrono::milliseconds poll{100};
  // Between two hand-ins of one that is not in a block.
  std::chrono::milliseconds again{3'000};
  std::chrono::milliseconds deadline{10'000};
};

class TransactionSender {
 public:
  static constexpr size_t kMaxFollowed = 1'000;
  // What a node that is used may be behind, and the block in the making.
  static constexpr uint32_t kExpiryMargin = 3;

  // Borrowed; all outlive this. `transport` is asked for its Sleep alone.
  TransactionSender(Env env, Executor executor, SubmitApi& chain, NodeTransport& transport,
                    SenderConfig config = {});

  // The journal gets steps from now on; before the first Track.
  void SetJournal(SenderJournal& journal) { journal_ = &journal; }
  // quota.busy when too many are followed; no-op for an id that is.
  Status Track(Submission submission);
  // From now on the rival alone is handed in, and one of the two is waited for; no-op for an id
  // that is not followed any more.
  void SetRival(const std::string& id, Rival rival);
  bool full() const { return followed_.size() >= kMaxFollowed; }
  size_t followed() const { return followed_.size(); }
  Task<void> Shutdown();

  // One transaction from here to its end or to Shutdown; Track spawns it.
  Task<void> Follow(std::shared_ptr<Submission> submission);

 private:
  struct Progress {
    bool taken = false;
    std::string refusal;
    MonoTime handed_in{};
    bool ever = false;
    // What was handed in last is the rival.
    bool rival = false;
  };
  bool Due(const Submission& submission, const Progress& progress) const;
  Task<void> HandIn(std::shared_ptr<Submission> submission, Progress* progress);
  // True at the end.
  Task<bool> Look(std::shared_ptr<Submission> submission);
  Task<bool> EndLanded(std::shared_ptr<Submission> submission, LandedTransaction landed);
  Task<Result<Standing>> StandingOf(std::string id, std::string hash);
  // Until the journal has kept it or the group closes.
  Task<void> Tell(std::string id, SenderStep step);

  Env env_;
  SubmitApi& chain_;
  NodeTransport& transport_;
  SenderConfig config_;
  SenderJournal* journal_ = nullptr;
  std::map<std::string, std::shared_ptr<Submission>> followed_;
  Gauge& gauge_;
  TaskGroup group_;
};

}  // namespace nsl::chain
