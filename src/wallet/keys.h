// SPDX-License-Identifier: Apache-2.0
//
// Keys of wallets: how they are made, and how they rest.
//
// Guarantee: a key is in clear only in locked memory. It rests sealed under a key of this room
// (AES-256-GCM; associated data: project, wallet, public key) inside the sealed record, so neither
// the store's cache nor its buffers hold one. One thread.
#pragma once

#include "base/env.h"
#include "crypto/ecdsa.h"
#include "enclave/api.h"

namespace nsl::wallet {

class WalletKeys {
 public:
  // `sealing_root` is that of the security module; `module` is borrowed.
  WalletKeys(Env env, ByteView sealing_root, enclave::SecurityModule& module);

  // From the kernel's randomness and the module's: neither alone decides the key.
  Result<crypto::P256PrivateKey> Make();
  Bytes Seal(const crypto::P256PrivateKey& key, std::string_view project, std::string_view wallet);
  // platform.integrity for anything that was not sealed for exactly this wallet and public key.
  Result<crypto::P256PrivateKey> Open(ByteView sealed, ByteView public_key,
                                      std::string_view project, std::string_view wallet);

 private:
  static Bytes PlaceOf(ByteView public_key, std::string_view project, std::string_view wallet);

  Env env_;
  enclave::SecurityModule& module_;
  crypto::SecretBytes sealing_key_;
};

}  // namespace nsl::wallet
