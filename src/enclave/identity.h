// SPDX-License-Identifier: Apache-2.0
//
// What this enclave program is, and its proof towards clients and towards the other enclave.
//
// Guarantee: user_data of every document is built here from the program's own keys; a caller gives
// a nonce and nothing else, so no one gets a document over keys of his own. Thread rule: that of
// the security module.
#pragma once

#include <optional>
#include <string>

#include "enclave/api.h"
#include "enclave/settings.h"
#include "rpc/channel.h"

namespace nsl::enclave {

class Identity {
 public:
  // `keys`: all members but tag and channel, which are set here. Both are borrowed.
  Identity(SecurityModule& module, AttestedKeys keys);

  bool simulated() const { return module_.simulated(); }
  const AttestedKeys& keys() const { return keys_; }
  // Known only after the vault has read its records.
  void SetNamespace(std::string name_space) { keys_.name_space = std::move(name_space); }
  // A document over the caller's nonce (at most 64 bytes) and, for a channel, over its transcript.
  Result<Bytes> Document(ByteView nonce, ByteView channel = {});

 private:
  SecurityModule& module_;
  AttestedKeys keys_;
};

// Whom an enclave accepts at the other end of a channel.
struct PeerPolicy {
  // Pinned AWS root, or the root of the simulated module of this folder.
  Bytes root_der;
  bool simulated = false;
  std::vector<Bytes> pcr0;
};

// The attested side of one channel handshake (rpc/channel.h); one object per connection. A peer
// must run with the same trusted settings.
class ChannelAttester final : public rpc::Attester {
 public:
  ChannelAttester(Identity& identity, PeerPolicy policy, const Clock& clock)
      : identity_(identity), policy_(std::move(policy)), clock_(clock) {}

  Result<Bytes> Attest(ByteView bound_data) override;
  Status Verify(ByteView document, std::string_view expected_role, ByteView bound_data) override;
  // What the peer proved; set after a successful Verify.
  const std::optional<AttestationView>& peer() const { return peer_; }

 private:
  Identity& identity_;
  PeerPolicy policy_;
  const Clock& clock_;
  std::optional<AttestationView> peer_;
};

// rpc::ChannelOptions::name_space of both ends: named after the trusted settings, because the
// runner learns the vault's namespace only from the vault's document.
std::string ChannelName(const TrustedSettings& settings);

// DER of the pinned AWS root G1. platform.config unless its SHA-256 is the published one.
Result<Bytes> ReadAwsRoot(const std::string& path);

}  // namespace nsl::enclave
