// SPDX-License-Identifier: Apache-2.0
//
// The files of a simulated security module, as they lie in its folder.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "base/bytes.h"

namespace nsl::enclave {

inline constexpr std::string_view kModuleTag = "nsl/simulated-module/1";
inline constexpr std::string_view kRootTag = "nsl/simulated-root/1";

// root.key
struct SimulatedRootFile {
  std::string tag;
  // Scalar of the P-384 root; HKDF input of every sealing secret.
  Bytes key;
  Bytes secret;
};
BOOST_DESCRIBE_STRUCT(SimulatedRootFile, (), (tag, key, secret))

// vault.module, runner.module
struct SimulatedModuleFile {
  std::string tag;
  std::string role;
  std::string module_id;
  // SHA-256 of root.der.
  Bytes root_hash;
  // The CA of this module and its P-384 scalar; leaf certificates are made below it at run time.
  Bytes ca_der;
  Bytes ca_key;
  // HKDF(root secret, role): the same again when the file is made again from the same root.
  Bytes sealing_secret;
};
BOOST_DESCRIBE_STRUCT(SimulatedModuleFile, (),
                      (tag, role, module_id, root_hash, ca_der, ca_key, sealing_secret))

inline constexpr size_t kMaxModuleFile = 16u << 10;

}  // namespace nsl::enclave
