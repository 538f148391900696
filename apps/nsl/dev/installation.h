// SPDX-License-Identifier: Apache-2.0
//
// The folder of one development system: layout, lock, keys, settings, configuration.
//
// Guarantee: one process at a time works on a folder; the lock ends with its process, however it
// ends. Run as root, each program gets a uid of its own and a data folder that only it can enter;
// where that is not possible isolation() says why. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "child.h"
#include "programs.h"

namespace nsl::cli {

struct DevOptions {
  std::string folder;
  // 0 = any free port.
  uint16_t api_port = 8080;
  uint16_t metrics_port = 9090;
  uint16_t chain_port = 30333;
  // Milliseconds between two blocks of a new chain.
  uint32_t block_ms = 100;
  // The chain survives a restart of its node.
  bool persistent_chain = true;
  // Lines of [limits] in the host's configuration. One developer's own machine has nobody to
  // protect from a load test, so invokes are in effect unbounded unless --limit says otherwise.
  std::map<std::string, uint64_t> limits{{"invoke_burst", 1'000'000}, {"invoke_rate", 1'000'000}};
};

// The folder that `nsl dev` uses when none is named.
std::string DefaultDevFolder();

class Installation {
 public:
  // Makes the folder when it is missing and takes the lock: cli.locked names pid and start of the
  // process that has it.
  static CliResult<Installation> Open(DevOptions options);
  Installation(Installation&& other) noexcept;
  Installation& operator=(Installation&&) = delete;
  ~Installation();

  // Everything up to the first start: ports, module files, settings, configuration, owners.
  CliStatus Prepare(const Programs& programs);

  const DevOptions& options() const { return options_; }
  std::string Path(const std::string& relative) const { return options_.folder + "/" + relative; }
  std::string ApiUrl() const { return "http://127.0.0.1:" + std::to_string(options_.api_port); }
  std::string MetricsUrl() const {
    return "http://127.0.0.1:" + std::to_string(options_.metrics_port) + "/metrics";
  }
  // Empty when every program has a uid of its own, else why not.
  const std::string& shared_identity() const { return shared_identity_; }
  // In the order they are started: chain, vault, runner, host.
  std::vector<ChildSpec> Children() const;

 private:
  Installation(DevOptions options, int lock_fd) : options_(std::move(options)), lock_fd_(lock_fd) {}
  CliStatus MakeFolders();
  CliStatus ChoosePorts();
  void ChooseIdentities();
  CliStatus InitModule();
  CliStatus WriteSettingsFile();
  CliStatus WriteHostConfig();
  CliStatus GiveAway();
  // A program where the uids of the system can read it: itself, or a copy in the folder.
  CliResult<std::string> Staged(const Program& program);

  DevOptions options_;
  int lock_fd_ = -1;
  bool identities_ = false;
  std::string shared_identity_;
  // Paths after staging.
  std::string host_, vault_, runner_, worker_js_, node_, neo_go_;
};

}  // namespace nsl::cli
