// SPDX-License-Identifier: Apache-2.0
// Native code in the cage: nothing that leaves it succeeds, each attempt has a control that
// succeeds unconfined, and each piece of the cage, taken away alone behind the ones that hide it,
// lets a named attempt through.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "attempts.h"
#include "worker_driver.h"

namespace nsl::testing {
namespace {

using namespace sandbox;

constexpr int kKilled = -1;
constexpr uint32_t kZygotePieces =
    kMountSpace | kNetSpace | kIpcSpace | kUtsSpace | kFewCapabilities;
constexpr uint32_t kWorkerPieces = kPidSpace | kOwnUid | kNoCapabilities | kLimits |
                                   kNoNewPrivileges | kLandlock | kSystemCalls | kOneDescriptor |
                                   kDiesWithZygote;

class Sandbox : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (geteuid() != 0) return;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener_, 64), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    targets_.port = ntohs(address.sin_port);
    targets_.victim = fork();
    if (targets_.victim == 0) {
      for (;;) pause();
    }
    targets_.segment = shmget(IPC_PRIVATE, 4096, 0666 | IPC_CREAT);
    gethostname(targets_.machine, sizeof targets_.machine - 1);
    MakeSetuidProgram();
  }
  // The probe itself, under another name: with an argument it says whether it runs as root.
  static void MakeSetuidProgram() {
    char folder[] = "/tmp/nsl-setuid-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    ASSERT_EQ(chmod(folder, 0755), 0);
    setuid_folder_ = folder;
    std::string copy = setuid_folder_ + "/am-i-root";
    std::filesystem::copy_file(NSL_PROBE, copy);
    ASSERT_EQ(chmod(copy.c_str(), 04755), 0);
    std::strncpy(targets_.setuid_program, copy.c_str(), sizeof targets_.setuid_program - 1);
  }
  static void TearDownTestSuite() {
    if (targets_.victim > 0) {
      kill(targets_.victim, SIGKILL);
      waitpid(targets_.victim, nullptr, 0);
    }
    if (!setuid_folder_.empty()) std::filesystem::remove_all(setuid_folder_);
    if (targets_.segment >= 0) shmctl(targets_.segment, IPC_RMID, nullptr);
    if (listener_ >= 0) close(listener_);
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: namespaces and other uids";
  }

  // 0 when the attempt got what it wanted, its errno, or kKilled.
  static int Try(size_t index, uint32_t skip) {
    ZygoteOptions options;
    options.program = NSL_PROBE;
    options.skip = skip & kZygotePieces;
    static std::map<uint32_t, std::unique_ptr<Zygote>> zygotes;
    std::unique_ptr<Zygote>& zygote = zygotes[options.skip];
    if (!zygote) {
      auto started = Zygote::Start(options);
      if (!started) {
        ADD_FAILURE() << started.error().ToString();
        return kKilled;
      }
      zygote = std::move(*started);
    }
    Driver driver(MakeBlank(*zygote, 64, skip & kWorkerPieces));
    Bytes frame;
    FrameBuilder ask(frame, FrameType::kCall, 0);
    ask.U32(static_cast<uint32_t>(index));
    ask.Raw(ByteView(reinterpret_cast<const uint8_t*>(&targets_), sizeof targets_));
    ask.End();
    driver.Send(frame);
    for (;;) {
      std::optional<Message> m = driver.Next(3'000);
      if (!m) return kKilled;
      if (m->type == FrameType::kResult) {
        return static_cast<int>(BodyReader(AsBytes(m->body)).U32());
      }
    }
  }
  static bool HasLandlock() {
    return syscall(__NR_landlock_create_ruleset, nullptr, 0, 1 /* the version */) > 0;
  }
  static size_t IndexOf(std::string_view name) {
    for (size_t i = 0; i < probe::Attempts().size(); ++i) {
      if (probe::Attempts()[i].name == name) return i;
    }
    ADD_FAILURE() << "no attempt named " << name;
    return 0;
  }

  static inline std::string setuid_folder_;
  static inline int listener_ = -1;
  static inline probe::Targets targets_;
};

TEST_F(Sandbox, EveryAttemptIsRefusedAndItsControlSucceeds) {
  size_t with_control = 0;
  for (size_t i = 0; i < probe::Attempts().size(); ++i) {
    std::string name(probe::Attempts()[i].name);
    int confined = Try(i, 0);
    int control = Try(i, kZygotePieces | kWorkerPieces);
    EXPECT_NE(confined, 0) << name << " succeeded in the cage";
    // A kernel without the feature refuses everybody: reported, not counted as proof.
    if (control == 0) {
      ++with_control;
    } else {
      std::printf("  %-22s control unavailable here: errno %d (%s)\n", name.c_str(), control,
                  std::strerror(control));
    }
  }
  EXPECT_GE(probe::Attempts().size(), 35u);
  EXPECT_GE(with_control, 25u);
}

struct Layer {
  const char* piece;
  uint32_t bit;
  const char* attempt;
  // Pieces that hide this one and are left out on both sides of the comparison.
  uint32_t hidden_by;
};

class SandboxLayer : public Sandbox, public ::testing::WithParamInterface<Layer> {};

TEST_P(SandboxLayer, HoldsByItselfAndMatters) {
  const Layer& layer = GetParam();
  if (layer.bit == kLandlock && !HasLandlock()) {
    GTEST_SKIP() << "this kernel has no Landlock, an optional piece";
  }
  size_t attempt = IndexOf(layer.attempt);
  EXPECT_NE(Try(attempt, layer.hidden_by), 0) << layer.attempt << " got past " << layer.piece;
  EXPECT_EQ(Try(attempt, layer.hidden_by | layer.bit), 0)
      << layer.attempt << " is stopped by something else than " << layer.piece;
}

constexpr uint32_t kFilter = kSystemCalls;
constexpr uint32_t kRights = kOwnUid | kNoCapabilities;

INSTANTIATE_TEST_SUITE_P(
    Pieces, SandboxLayer,
    ::testing::Values(
        Layer{"system_call_filter", kSystemCalls, "unix_socket", kLimits | kOneDescriptor},
        Layer{"resource_limits", kLimits, "take_2_gib", 0},
        Layer{"one_descriptor", kOneDescriptor, "use_other_descriptor", 0},
        Layer{"pid_namespace", kPidSpace, "see_outside_pid", 0},
        Layer{"memory_of_the_filter", kSystemCalls, "shared_memory", 0},
        Layer{"growth_of_the_filter", kSystemCalls, "growing_memory", 0},
        Layer{"address_space", kLimits, "reserve_terabyte", 0},
        Layer{"mount_namespace", kMountSpace, "open_host_file", kFilter | kLandlock | kLimits},
        Layer{"landlock", kLandlock, "open_host_file", kFilter | kMountSpace | kLimits},
        Layer{"net_namespace", kNetSpace, "connect_out", kFilter | kLimits | kLandlock},
        Layer{"ipc_namespace", kIpcSpace, "attach_segment", kFilter | kRights},
        Layer{"uts_namespace", kUtsSpace, "read_machine_name", kFilter},
        Layer{"no_capabilities", kNoCapabilities, "unshare",
              kFilter | kOwnUid | kPidSpace | kLimits},
        Layer{"zygote_capabilities", kFewCapabilities, "reboot",
              kFilter | kOwnUid | kPidSpace | kNoCapabilities},
        Layer{"no_new_privileges", kNoNewPrivileges, "execute_setuid",
              kFilter | kMountSpace | kLandlock | kLimits},
        Layer{"own_uid", kOwnUid, "signal_process",
              kFilter | kPidSpace | kNoCapabilities | kLandlock}),
    [](const auto& info) { return std::string(info.param.piece); });

// Without it the filter cannot be installed by a user without rights, so the worker does not start.
TEST_F(Sandbox, NoNewPrivilegesIsWhatTheFilterStandsOn) {
  ZygoteOptions options;
  options.program = NSL_PROBE;
  auto zygote = Zygote::Start(options);
  ASSERT_TRUE(zygote.has_value());
  Driver driver(MakeBlank(**zygote, 64, kNoNewPrivileges));
  std::optional<Message> blank = driver.Next();
  ASSERT_TRUE(blank.has_value());
  EXPECT_FALSE(Complete(ParseBlank(AsBytes(blank->body))));
}

// False for a process that has ended, reaped or not.
bool Runs(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) return line.find('Z') == std::string::npos;
  }
  return false;
}

// Gives true when a worker in a loop is gone after its zygote was ended.
bool EndsWithItsZygote(uint32_t skip) {
  ZygoteOptions options;
  options.program = NSL_NODE_BINARY;
  options.preload = NSL_WORKER_JS;
  auto zygote = Zygote::Start(options);
  if (!zygote) {
    ADD_FAILURE() << zygote.error().ToString();
    return false;
  }
  Driver driver(MakeBlank(**zygote, 1'024, skip));
  EXPECT_EQ(driver.Load("export function handler() { for (;;) {} }").type, FrameType::kReady);
  driver.Call(0x100, "null");
  EXPECT_FALSE(driver.Next(50).has_value());
  pid_t worker = driver.blank().pid();
  EXPECT_TRUE(Runs(worker));
  zygote->reset();
  for (int i = 0; i < 50 && Runs(worker); ++i) usleep(10'000);
  return !Runs(worker);
}

TEST_F(Sandbox, WorkersEndWithTheirZygoteEvenInALoop) {
  EXPECT_TRUE(EndsWithItsZygote(0));
  EXPECT_FALSE(EndsWithItsZygote(kDiesWithZygote)) << "something else ends them";
}

// The supervisor starts a replacement from a thread of its own, which then ends.
TEST_F(Sandbox, AZygoteOutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Zygote> zygote;
  std::thread([&zygote] {
    ZygoteOptions options;
    options.program = NSL_PROBE;
    auto started = Zygote::Start(options);
    if (started) zygote = std::move(*started);
  }).join();
  ASSERT_NE(zygote, nullptr);
  usleep(50'000);
  Driver driver(MakeBlank(*zygote));
  std::optional<Message> blank = driver.Next();
  ASSERT_TRUE(blank.has_value());
  EXPECT_EQ(blank->type, FrameType::kBlank);
}

TEST_F(Sandbox, HostnameOfTheMachineIsOutOfReach) {
  // With every right but its own uts namespace, a change stays inside.
  char before[65];
  gethostname(before, sizeof before);
  EXPECT_EQ(Try(IndexOf("set_hostname"), kFilter | kRights), 0);
  char after[65];
  gethostname(after, sizeof after);
  EXPECT_STREQ(before, after);
}

}  // namespace
}  // namespace nsl::testing
