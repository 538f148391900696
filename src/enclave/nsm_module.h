// SPDX-License-Identifier: Apache-2.0
//
// The Nitro security module: CBOR requests over one ioctl of /dev/nsm.
//
// Guarantee: PCR16 holds the hash of the trusted settings and PCR16 to 31 are locked before the
// module is handed out, so no later process can extend them. Answers of the device are parsed
// strictly and bounded. Thread-safe as far as the channel is; the device takes one request at a
// time.
#pragma once

#include <memory>
#include <string>

#include "enclave/api.h"

namespace nsl::enclave {

// The seam: one request, one answer. Tests put a double here that speaks the same CBOR.
class NsmChannel {
 public:
  virtual ~NsmChannel() = default;
  virtual Result<Bytes> Call(ByteView request) = 0;
};

// platform.security_module when there is no such device.
Result<std::unique_ptr<NsmChannel>> OpenNsmDevice(const std::string& path = "/dev/nsm");

class NsmModule final : public SecurityModule {
 public:
  // Extends PCR16 with the hash and locks 16 to 31.
  static Result<std::unique_ptr<NsmModule>> Open(std::unique_ptr<NsmChannel> channel,
                                                 ByteView config_hash);

  bool simulated() const override { return false; }
  Result<Bytes> Attest(const AttestRequest& request) override;
  Result<crypto::SecretBytes> SealingRoot() override;
  Status FillRandom(std::span<uint8_t> out) override;

 private:
  explicit NsmModule(std::unique_ptr<NsmChannel> channel) : channel_(std::move(channel)) {}

  std::unique_ptr<NsmChannel> channel_;
};

}  // namespace nsl::enclave
