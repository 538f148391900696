// SPDX-License-Identifier: Apache-2.0
//
// A security module for development: documents of the Nitro form, signed below a random root of one
// folder, with the COSE context "NSL-Simulated1". No verifier takes them for real ones: the root
// says NOT AWS and the signature is over another context. Linked only into the -dev programs.
//
// It protects nothing from the operator of the machine: whoever reads the folder has every key.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/ecdsa.h"
#include "enclave/api.h"

namespace nsl::enclave {

// Makes root.key, root.der, vault.module and runner.module (0600) in `dir`; what is there already
// stays. platform.security_module when module files stand there whose root is lost.
Status InitSimulatedModule(const std::string& dir, const Clock& clock, Random& random);

class SimulatedModule final : public SecurityModule {
 public:
  // platform.security_module when the file cannot be read or `root_path` is not the root that made
  // it. `config_hash` becomes PCR16, the running program PCR0.
  static Result<std::unique_ptr<SimulatedModule>> Open(const std::string& module_path,
                                                       const std::string& root_path,
                                                       std::string_view role, ByteView config_hash,
                                                       const Clock& clock, Random& random);
  ~SimulatedModule() override;

  bool simulated() const override { return true; }
  Result<Bytes> Attest(const AttestRequest& request) override;
  Result<crypto::SecretBytes> SealingRoot() override;
  Status FillRandom(std::span<uint8_t> out) override;

  // What a verifier of this installation pins.
  const Bytes& root_der() const;

 private:
  struct Parts;
  explicit SimulatedModule(std::unique_ptr<Parts> parts);
  Status RenewLeaf();

  std::unique_ptr<Parts> parts_;
};

}  // namespace nsl::enclave
