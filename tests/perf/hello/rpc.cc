// SPDX-License-Identifier: Apache-2.0
//
// nsl-bench-rpc [SECONDS] [IN_FLIGHT]: calls per second between two processes over a unix
// socketpair, with CallRaw on one side and RawCall::Reply on the other, and the CPU that both pay.
// Pin it with taskset.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/task_group.h"
#include "bench_env.h"
#include "net/unix.h"
#include "rpc/peer.h"

namespace nsl::bench {
namespace {

constexpr uint16_t kEcho = 1;

int Serve(int fd) {
  asio::io_context context(1);
  RealEnv real;
  rpc::Handlers handlers;
  handlers.OnRaw(kEcho, [](rpc::RawCall&& call) {
    ByteView body = call.body();
    call.ReplyWith([body](Bytes& out) { out.insert(out.end(), body.begin(), body.end()); });
  });
  auto stream = net::AdoptUnix(context.get_executor(), fd);
  if (!stream) return 1;
  rpc::PeerPtr peer = rpc::Peer::Create(real.env, std::move(*stream), handlers);
  TaskGroup group(context.get_executor());
  group.Spawn(peer->Run());
  context.run();
  return 0;
}

// Keeps a number of calls in flight: each answer sends the next call.
struct Caller {
  rpc::Peer& peer;
  const Clock& clock;
  uint64_t answers = 0;
  bool stop = false;
  Bytes body = Bytes(256, 7);

  void Next() {
    auto deadline = Deadline::In(clock, std::chrono::seconds(10));
    peer.CallRaw(kEcho, deadline, body, [this](Result<ByteView> answer) {
      if (!answer) return;
      ++answers;
      if (!stop) Next();
    });
  }
};

int Main(int seconds, int in_flight) {
  asio::io_context context(1);
  RealEnv real;
  auto pair = net::UnixPair(context.get_executor());
  if (!pair) return 1;
  context.notify_fork(asio::execution_context::fork_prepare);
  pid_t child = ::fork();
  if (child == 0) {
    context.notify_fork(asio::execution_context::fork_child);
    int fd = pair->second;
    pair->first->Close();
    ::_exit(Serve(fd));
  }
  context.notify_fork(asio::execution_context::fork_parent);
  ::close(pair->second);
  rpc::Handlers handlers;
  rpc::PeerPtr peer = rpc::Peer::Create(real.env, std::move(pair->first), handlers);
  TaskGroup group(context.get_executor());
  group.Spawn(peer->Run());
  Caller caller{*peer, real.clock};
  for (int i = 0; i < in_flight; ++i) caller.Next();
  double cpu = CpuMicros();
  context.run_for(std::chrono::seconds(seconds));
  uint64_t answers = caller.answers;
  cpu = CpuMicros() - cpu;
  caller.stop = true;
  peer->Close();
  context.run_for(std::chrono::seconds(1));
  rusage usage{};
  int status = 0;
  ::wait4(child, &status, 0, &usage);
  double child_cpu = 1e6 * double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  std::printf("in_flight %d calls_per_s %.0f caller_cpu_us %.3f callee_cpu_us %.3f\n", in_flight,
              double(answers) / seconds, cpu / double(answers), child_cpu / double(answers));
  return 0;
}

}  // namespace
}  // namespace nsl::bench

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  return nsl::bench::Main(argc > 1 ? std::atoi(argv[1]) : 3, argc > 2 ? std::atoi(argv[2]) : 64);
}
