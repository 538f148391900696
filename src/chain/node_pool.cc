// SPDX-License-Identifier: Apache-2.0
#include "chain/node_pool.h"

#include <algorithm>
#include <boost/json.hpp>

#include "neo/uint256.h"

namespace nsl::chain {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds kFirstJitter{100};
constexpr milliseconds kMostJitter{2'000};
// A node that is further behind than this and comes nearer is catching up.
constexpr uint32_t kFarBehind = 20;

std::optional<uint64_t> UintAt(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<uint64_t>(value->get_int64());
  }
  return std::nullopt;
}

}  // namespace

NodePool::NodePool(Env env, Executor executor, NodeTransport& transport, PoolConfig config)
    : env_(env),
      transport_(transport),
      config_(std::move(config)),
      judge_(config_.urls.size()),
      calls_(env.metrics.GetCounter("nsl_chain_calls_total", "JSON-RPC calls to nodes")),
      failures_(env.metrics.GetCounter("nsl_chain_failures_total",
                                       "JSON-RPC calls that a node did not answer properly")),
      probed_(executor),
      group_(executor) {
  NSL_CHECK(config_.urls.size() <= kMaxNodes);
  for (const std::string& url : config_.urls) {
    Node& node = nodes_.emplace_back();
    node.url = url;
    node.healthy =
        &env.metrics.GetGauge("nsl_chain_node_healthy", "1 while the node is used", {{"url", url}});
  }
}

void NodePool::Start() {
  for (size_t i = 0; i < nodes_.size(); ++i) group_.Spawn(ProbeLoop(i));
}

Task<void> NodePool::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<void> NodePool::WaitProbed(milliseconds limit) {
  MonoTime until = env_.clock.Mono() + limit;
  auto waiting = [this] {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& n) { return !n.probed; });
  };
  while (waiting() && env_.clock.Mono() < until) {
    milliseconds left =
        std::chrono::duration_cast<milliseconds>(until - env_.clock.Mono()) + milliseconds(1);
    co_await probed_.WaitFor(left);
  }
}

Status NodePool::NetworkStatus() const {
  if (nodes_.empty()) return {};
  std::string detail;
  for (const Node& node : nodes_) {
    if (!node.wrong_network) return {};
    detail += (detail.empty() ? "" : "; ") + node.url + " is on the network with magic " +
              std::to_string(node.found_magic);
  }
  return Fail(Reason::kChainNetwork, detail + "; the configured network '" + config_.network +
                                         "' has magic " + std::to_string(config_.magic));
}

// --- Probes -------------------------------------------------------------------------------------

Task<void> NodePool::ProbeLoop(size_t i) {
  milliseconds away = config_.least_probe / 4;
  while (!group_.closed() && !nodes_[i].wrong_network) {
    co_await ProbeNode(i);
    milliseconds pause =
        std::clamp(milliseconds(nodes_[i].block_ms), config_.least_probe, config_.most_probe);
    // A node that is just starting should not be missed for seconds.
    if (!nodes_[i].reachable) pause = away = std::min(2 * away, config_.most_probe);
    if (nodes_[i].reachable) away = config_.least_probe / 4;
    co_await transport_.Sleep(pause);
  }
}

Task<void> NodePool::ProbeNode(size_t i) {
  Node* node = &nodes_[i];
  Status verified;
  if (!node->verified) verified = co_await Verify(node);
  if (!verified) {
    node->last_error = verified.error().detail;
    node->reachable = false;
  } else if (node->verified) {
    MonoTime start = env_.clock.Mono();
    Result<RpcAnswer> answer = co_await Ask(node, "getblockcount", "[]", config_.timeout);
    std::optional<uint64_t> count;
    if (answer && !answer->refused) count = UintAt(&answer->result);
    node->reachable = count && *count > 0 && *count <= UINT32_MAX;
    if (node->reachable) {
      node->height_before = node->height;
      node->height = static_cast<uint32_t>(*count - 1);
      node->seen = env_.clock.Mono();
      node->latency_ms = static_cast<uint32_t>(
          std::chrono::duration_cast<milliseconds>(node->seen - start).count());
      if (node->rest_until <= node->seen) node->last_error.clear();
    } else {
      node->last_error = answer ? "getblockcount gave no block count" : answer.error().detail;
      // It may come back as another node: its network is asked again.
      node->verified = false;
      judge_.Forget(i);
    }
  }
  if (node->verified && node->reachable) co_await Compare(i);
  node->probed = true;
  node->healthy->Set(Usable(*node) ? 1 : 0);
  probed_.Notify();
}

Task<void> NodePool::Compare(size_t i) {
  Node* node = &nodes_[i];
  std::optional<uint32_t> block = judge_.Wanted(i, std::min(node->height, ReferenceHeight()));
  if (!block) co_return;
  Result<RpcAnswer> answer =
      co_await Ask(node, "getblockhash", "[" + std::to_string(*block) + "]", config_.timeout);
  const json::string* hash = answer && !answer->refused ? answer->result.if_string() : nullptr;
  // A node that does not tell is no liar yet; it is asked again with the next probe.
  if (hash == nullptr || !neo::Uint256FromText(*hash)) co_return;
  std::vector<bool> before;
  for (const Node& other : nodes_) before.push_back(Forked(other));
  judge_.Told(i, *block, std::string(*hash));
  for (size_t k = 0; k < nodes_.size(); ++k) {
    if (Forked(nodes_[k]) == before[k]) continue;
    nodes_[k].healthy->Set(Usable(nodes_[k]) ? 1 : 0);
    if (before[k]) {
      env_.log.Info("chain_node_agrees_again", {{"url", nodes_[k].url}, {"block", *block}});
    } else {
      nodes_[k].fork_note = "it tells another hash of block " + std::to_string(*block) +
                            " than the majority of the nodes";
      env_.log.Error("chain_node_forked", {{"url", nodes_[k].url}, {"block", *block}});
    }
  }
}

Task<Status> NodePool::Verify(Node* node) {
  Result<RpcAnswer> answer = co_await Ask(node, "getversion", "[]", config_.timeout);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const json::object* version = answer->refused ? nullptr : answer->result.if_object();
  const json::value* protocol = version ? version->if_contains("protocol") : nullptr;
  const json::object* fields = protocol ? protocol->if_object() : nullptr;
  std::optional<uint64_t> magic = fields ? UintAt(fields->if_contains("network")) : std::nullopt;
  if (!magic || *magic > UINT32_MAX) {
    co_return Fail(Reason::kChainUnavailable, "getversion names no network magic");
  }
  if (std::optional<uint64_t> ms = UintAt(fields->if_contains("msperblock")); ms && *ms > 0) {
    node->block_ms = static_cast<uint32_t>(std::min<uint64_t>(*ms, 60'000));
  }
  node->found_magic = static_cast<uint32_t>(*magic);
  if (node->found_magic != config_.magic) {
    node->wrong_network = true;
    env_.log.Error("chain_wrong_network",
                   {{"url", node->url}, {"expected", config_.magic}, {"found", node->found_magic}});
    co_return Fail(Reason::kChainNetwork,
                   "the node has magic " + std::to_string(node->found_magic) +
                       ", the configured network has " + std::to_string(config_.magic));
  }
  node->verified = true;
  co_return Status();
}

// --- Choosing a node ----------------------------------------------------------------------------

uint32_t NodePool::ReferenceHeight() const {
  std::vector<uint32_t> heights;
  for (const Node& node : nodes_) {
    if (node.verified && node.reachable) heights.push_back(node.height);
  }
  if (heights.empty()) return 0;
  std::sort(heights.rbegin(), heights.rend());
  // One node that invents a height must not make all others look late.
  return heights.size() >= 3 ? heights[1] : heights[0];
}

bool NodePool::Lagging(const Node& node) const {
  uint32_t reference = ReferenceHeight();
  return reference > node.height && reference - node.height > config_.max_lag;
}

bool NodePool::Forked(const Node& node) const {
  return judge_.Forked(static_cast<size_t>(&node - nodes_.data()));
}

bool NodePool::Syncing(const Node& node) const {
  return Lagging(node) && ReferenceHeight() - node.height > kFarBehind &&
         node.height > node.height_before;
}

bool NodePool::Usable(const Node& node) const {
  return node.verified && node.reachable && !node.wrong_network && !Lagging(node) &&
         !Forked(node) && node.rest_until <= env_.clock.Mono();
}

NodePool::Node* NodePool::Pick(const std::vector<Node*>& tried) {
  Node* again = nullptr;
  for (size_t k = 0; k < nodes_.size(); ++k) {
    Node& node = nodes_[(turn_ + k) % nodes_.size()];
    if (!Usable(node)) continue;
    if (std::find(tried.begin(), tried.end(), &node) == tried.end()) {
      turn_ = (turn_ + k + 1) % nodes_.size();
      return &node;
    }
    if (again == nullptr) again = &node;
  }
  return again;
}

void NodePool::Failed(Node& node, const Error& error) {
  failures_.Add();
  node.last_error = error.detail;
  bool others = std::any_of(nodes_.begin(), nodes_.end(),
                            [&](const Node& n) { return &n != &node && Usable(n); });
  node.rest_until = env_.clock.Mono() + (others ? config_.rest : config_.short_rest);
  node.healthy->Set(0);
}

milliseconds NodePool::Jitter(unsigned attempt) {
  milliseconds most = std::min(kFirstJitter * (1u << std::min(attempt, 10u)), kMostJitter);
  uint64_t span = static_cast<uint64_t>((most - kFirstJitter).count()) + 1;
  return kFirstJitter + milliseconds(env_.random.U64() % span);
}

Error NodePool::NoNode() const {
  std::string detail = "no Neo node can be used now";
  for (const NodeState& node : Nodes()) {
    detail += "; " + node.url + " is " + node.state;
  }
  Error error(Reason::kChainUnavailable, detail);
  error.retry_after_ms = 1'000;
  return error;
}

std::vector<NodeState> NodePool::Nodes() const {
  std::vector<NodeState> out;
  for (const Node& node : nodes_) {
    NodeState state;
    state.url = node.url;
    state.height = node.height;
    state.latency_ms = node.latency_ms;
    state.last_error = node.last_error;
    if (node.wrong_network) {
      state.state = "wrong_network";
    } else if (!node.probed) {
      state.state = "starting";
    } else if (!node.verified || !node.reachable || node.rest_until > env_.clock.Mono()) {
      state.state = "unreachable";
    } else if (Forked(node)) {
      state.state = "forked";
      state.last_error = node.fork_note;
    } else if (Syncing(node)) {
      state.state = "syncing";
    } else {
      state.state = Lagging(node) ? "lagging" : "healthy";
    }
    out.push_back(std::move(state));
  }
  return out;
}

// --- Calls --------------------------------------------------------------------------------------

Task<Result<RpcAnswer>> NodePool::Ask(Node* node, std::string method, std::string params,
                                      milliseconds timeout) {
  calls_.Add();
  uint64_t id = next_id_++;
  Result<Bytes> body = co_await transport_.Post(node->url, EncodeRpcCall(id, method, params),
                                                timeout, config_.max_answer_bytes);
  if (!body) co_return std::unexpected(std::move(body.error()));
  co_return DecodeRpcAnswer(*body, id, config_.max_answer_bytes);
}

Task<Result<NodePool::Answer>> NodePool::Call(std::string method, std::string params,
                                              Deadline deadline) {
  std::vector<Node*> tried;
  Error last = NoNode();
  for (unsigned attempt = 0; attempt < config_.tries; ++attempt) {
    if (attempt > 0) {
      milliseconds pause = Jitter(attempt);
      if (deadline.RemainingMs(env_.clock) <= pause.count()) break;
      co_await transport_.Sleep(pause);
    }
    Node* node = Pick(tried);
    if (node == nullptr) continue;
    tried.push_back(node);
    milliseconds timeout =
        std::min(config_.timeout, milliseconds(deadline.RemainingMs(env_.clock)));
    if (timeout.count() == 0) break;
    Result<RpcAnswer> answer = co_await Ask(node, method, params, timeout);
    if (answer && !answer->refused) {
      co_return Answer{std::move(answer->result), node};
    }
    if (answer) {
      RpcRefusal refusal = MapRpcRefusal(answer->code, answer->message);
      if (refusal.definite) co_return std::unexpected(std::move(refusal.error));
      last = std::move(refusal.error);
      continue;
    }
    last = Error(Reason::kChainUnavailable, node->url + ": " + answer.error().detail);
    Failed(*node, last);
  }
  if (deadline.Passed(env_.clock)) {
    co_return Fail(Reason::kPlatformDeadline, "no Neo node answered in time; " + last.detail);
  }
  co_return std::unexpected(std::move(last));
}

Task<Result<uint32_t>> NodePool::Height(Deadline deadline) {
  const Node* best = nullptr;
  for (const Node& node : nodes_) {
    bool fresh = Usable(node) && env_.clock.Mono() - node.seen <= milliseconds(node.block_ms);
    if (fresh && (best == nullptr || node.height > best->height)) best = &node;
  }
  if (best != nullptr) co_return std::min(best->height, ReferenceHeight());
  Result<Answer> answer = co_await Call("getblockcount", "[]", deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  std::optional<uint64_t> count = UintAt(&answer->result);
  if (!count || *count == 0 || *count > UINT32_MAX) {
    co_return Fail(Reason::kChainUnavailable, "getblockcount gave no block count");
  }
  answer->node->height = static_cast<uint32_t>(*count - 1);
  answer->node->seen = env_.clock.Mono();
  co_return answer->node->height;
}

}  // namespace nsl::chain
