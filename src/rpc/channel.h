// SPDX-License-Identifier: Apache-2.0
//
// Attested channel: two enclaves prove to each other what they are and then talk through a relay
// that they do not trust.
//
// Handshake: each side sends {role, ephemeral X25519 key, nonce}, then an attestation document over
// H("nsl/channel/1", namespace, roles, keys, nonces), then a key confirmation. Guarantee:
// OpenChannel succeeds only with a peer whose attestation of this very handshake was accepted;
// afterwards each byte is encrypted (AES-256-GCM, a key per direction, a sequence number per
// record), and a record that was replayed, reordered, altered or cut off ends the channel with
// platform.integrity. The relay sees sizes and times, and can stop it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/random.h"
#include "net/byte_stream.h"

namespace nsl::rpc {

// What the enclave can do for the handshake.
struct Attester {
  virtual ~Attester() = default;
  // A document of at most 16 KiB that binds these 32 bytes.
  virtual Result<Bytes> Attest(ByteView bound_data) = 0;
  // Checks that the document is one of a program with this role and binds these 32 bytes.
  virtual Status Verify(ByteView document, std::string_view expected_role, ByteView bound_data) = 0;
};

// One side opened the connection, the other accepted it; the two must not agree otherwise.
enum class ChannelEnd : uint8_t { kInitiator, kResponder };

struct ChannelOptions {
  ChannelEnd end = ChannelEnd::kInitiator;
  std::string role;
  std::string peer_role;
  // The installation both belong to.
  std::string name_space;
  std::chrono::milliseconds handshake{2'000};
};

// attest.* when the peer is not what it must be, platform.integrity when the handshake was altered,
// platform.deadline when it took too long. `attester` and `random` are used until it returns.
Task<Result<std::unique_ptr<net::ByteStream>>> OpenChannel(std::unique_ptr<net::ByteStream> stream,
                                                           ChannelOptions options,
                                                           Attester& attester, Random& random);

}  // namespace nsl::rpc
