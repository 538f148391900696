// SPDX-License-Identifier: Apache-2.0
// Makes the folder of a simulated installation: a random root and one module file per role.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/codec.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/x509.h"
#include "enclave/files.h"
#include "enclave/simulated/module_file.h"
#include "enclave/simulated/simulated_module.h"

namespace nsl::enclave {
namespace {

constexpr int64_t kYear = 365 * 24 * 3600;
constexpr size_t kSecretBytes = 32;

crypto::CertificateSpec Spec(std::string name, int64_t now, int64_t seconds, int path_length) {
  crypto::CertificateSpec spec;
  spec.common_name = std::move(name);
  spec.organization = "Neo Service Layer";
  spec.organizational_unit = "NOT AWS";
  // A little earlier, for clocks that differ.
  spec.not_before = now - 300;
  spec.not_after = now + seconds;
  spec.path_length = path_length;
  return spec;
}

Status MakeRoot(const std::string& dir, int64_t now, Random& random) {
  for (const char* file : {"/root.der", "/vault.module", "/runner.module"}) {
    if (!FileExists(dir + file)) continue;
    return Fail(Reason::kPlatformModule,
                dir + "/root.key is lost but " + dir + file +
                    " still needs it: put root.key back, or delete the folder and lose what was "
                    "sealed");
  }
  auto key = crypto::P384PrivateKey::Generate(random);
  NSL_TRY(Bytes der, crypto::MakeRootCertificate(
                         key, Spec("simulated root NOT AWS", now, 20 * kYear, -1), random));
  SimulatedRootFile root{std::string(kRootTag), ToBytes(key.Scalar().view()),
                         random.Draw(kSecretBytes)};
  // root.key last: its presence says that the folder is whole.
  NSL_TRY_VOID(WriteWholeFile(dir + "/root.der", der, 0644));
  return WriteWholeFile(dir + "/root.key", ToCbor(root), 0600);
}

Status MakeModule(const std::string& dir, std::string_view role, const SimulatedRootFile& root,
                  ByteView root_der, int64_t now, Random& random) {
  std::string path = dir + "/" + std::string(role) + ".module";
  Hash256 root_hash = crypto::Sha256(root_der);
  if (FileExists(path)) {
    NSL_TRY(Bytes content, ReadWholeFile(path, kMaxModuleFile));
    auto module = FromCbor<SimulatedModuleFile>(content);
    if (module && module->root_hash == ToBytes(ByteView(root_hash))) return {};
    return Fail(Reason::kPlatformModule,
                path + " was made by another root than " + dir +
                    "/root.key: put that root back, or delete the module file and lose what was "
                    "sealed under it");
  }
  NSL_TRY(auto root_key, crypto::P384PrivateKey::FromScalar(root.key));
  auto ca_key = crypto::P384PrivateKey::Generate(random);
  std::string module_id = "i-simulated-enc" + ToHex(random.Draw(8));
  NSL_TRY(Bytes ca_der,
          crypto::IssueCaCertificate(root_key, root_der, ca_key.PublicKey().SpkiDer(),
                                     Spec(module_id + " NOT AWS", now, 10 * kYear, 0), random));
  std::string info = "nsl/simulated/sealing/1|" + std::string(role);
  SimulatedModuleFile module{
      std::string(kModuleTag),
      std::string(role),
      std::move(module_id),
      ToBytes(ByteView(root_hash)),
      std::move(ca_der),
      ToBytes(ca_key.Scalar().view()),
      ToBytes(crypto::HkdfSha256(root.secret, {}, AsBytes(info), kSecretBytes).view())};
  return WriteWholeFile(path, ToCbor(module), 0600);
}

}  // namespace

Status InitSimulatedModule(const std::string& dir, const Clock& clock, Random& random) {
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return Fail(Reason::kPlatformModule, dir + ": " + std::strerror(errno));
  }
  int64_t now = clock.NowMs() / 1000;
  if (!FileExists(dir + "/root.key")) NSL_TRY_VOID(MakeRoot(dir, now, random));
  NSL_TRY(Bytes content, ReadWholeFile(dir + "/root.key", kMaxModuleFile));
  auto root = FromCbor<SimulatedRootFile>(content);
  if (!root || root->tag != kRootTag) {
    return Fail(Reason::kPlatformModule, dir + "/root.key is damaged: put the right one back");
  }
  if (!FileExists(dir + "/root.der")) {
    return Fail(Reason::kPlatformModule, dir + "/root.der is lost: put it back");
  }
  NSL_TRY(Bytes root_der, ReadWholeFile(dir + "/root.der", kMaxModuleFile));
  for (std::string_view role : {kVaultRole, kRunnerRole}) {
    NSL_TRY_VOID(MakeModule(dir, role, *root, root_der, now, random));
  }
  return {};
}

}  // namespace nsl::enclave
