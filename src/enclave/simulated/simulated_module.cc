// SPDX-License-Identifier: Apache-2.0
#include "enclave/simulated/simulated_module.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/cbor.h"
#include "base/codec.h"
#include "crypto/cose.h"
#include "crypto/hash.h"
#include "crypto/x509.h"
#include "enclave/attestation_document.h"
#include "enclave/files.h"
#include "enclave/simulated/module_file.h"

namespace nsl::enclave {
namespace {

// As real ones: a leaf lives 3 hours and is renewed well before.
constexpr int64_t kLeafSeconds = 3 * 3600;
constexpr int64_t kRenewSeconds = 3600;
constexpr size_t kMaxField = 512;

Result<ByteArray<48>> HashOfProgram() {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Fail(Reason::kPlatformModule, "cannot read the running program");
  crypto::Sha384Digest digest;
  Bytes buffer(1u << 18);
  ssize_t n = 0;
  while ((n = read(fd, buffer.data(), buffer.size())) > 0) {
    digest.Update(ByteView(buffer).first(static_cast<size_t>(n)));
  }
  close(fd);
  if (n < 0) return Fail(Reason::kPlatformModule, "cannot read the running program");
  return digest.Finish();
}

Result<SimulatedModuleFile> ReadModule(const std::string& path, std::string_view role) {
  auto content = ReadWholeFile(path, kMaxModuleFile);
  if (!content) return Fail(Reason::kPlatformModule, "module file " + content.error().detail);
  auto file = FromCbor<SimulatedModuleFile>(*content);
  crypto::WipeMemory(*content);
  if (!file || file->tag != kModuleTag) {
    return Fail(Reason::kPlatformModule, path + " is not a module file, or is damaged");
  }
  if (file->role != role) {
    return Fail(Reason::kPlatformModule,
                path + " is of the role '" + file->role + "', not '" + std::string(role) + "'");
  }
  return file;
}

void PutBytes(CborWriter& w, std::string_view name, ByteView value) {
  w.Text(name);
  if (value.empty()) {
    w.Null();
  } else {
    w.Bytes(value);
  }
}

}  // namespace

struct SimulatedModule::Parts {
  const Clock& clock;
  Random& random;
  SimulatedModuleFile file;
  Bytes root_der;
  crypto::P384PrivateKey ca_key;
  crypto::P384PrivateKey leaf_key;
  Bytes leaf_der;
  int64_t leaf_ends = 0;
  // PCR 0, 1, 2, 16.
  std::vector<std::pair<uint32_t, ByteArray<48>>> pcrs;
};

SimulatedModule::SimulatedModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SimulatedModule::~SimulatedModule() {
  crypto::WipeMemory(parts_->file.ca_key);
  crypto::WipeMemory(parts_->file.sealing_secret);
}

Result<std::unique_ptr<SimulatedModule>> SimulatedModule::Open(const std::string& module_path,
                                                               const std::string& root_path,
                                                               std::string_view role,
                                                               ByteView config_hash,
                                                               const Clock& clock, Random& random) {
  NSL_TRY(SimulatedModuleFile file, ReadModule(module_path, role));
  auto root_der = ReadWholeFile(root_path, kMaxModuleFile);
  if (!root_der) {
    return Fail(Reason::kPlatformModule,
                "the root of " + module_path + " is lost: " + root_der.error().detail);
  }
  if (ToBytes(ByteView(crypto::Sha256(*root_der))) != file.root_hash) {
    return Fail(Reason::kPlatformModule,
                module_path + " was made by another root: " + root_path +
                    " was replaced, and what was sealed belongs to the root that is lost");
  }
  auto ca_key = crypto::P384PrivateKey::FromScalar(file.ca_key);
  if (!ca_key) return Fail(Reason::kPlatformModule, module_path + " is damaged: its key is none");
  NSL_TRY(auto program, HashOfProgram());
  ByteArray<48> config = ExtendedPcr(config_hash);
  ByteArray<48> label = crypto::Sha384(AsBytes("simulated NOT AWS"));
  auto parts = std::make_unique<Parts>(
      Parts{clock,
            random,
            std::move(file),
            std::move(*root_der),
            std::move(*ca_key),
            crypto::P384PrivateKey::Generate(random),
            {},
            0,
            {{0, program}, {1, label}, {2, program}, {kConfigPcr, config}}});
  std::unique_ptr<SimulatedModule> module(new SimulatedModule(std::move(parts)));
  NSL_TRY_VOID(module->RenewLeaf());
  return module;
}

Status SimulatedModule::RenewLeaf() {
  int64_t now = parts_->clock.NowMs() / 1000;
  if (now + kRenewSeconds < parts_->leaf_ends && now + kLeafSeconds >= parts_->leaf_ends) return {};
  crypto::CertificateSpec spec;
  spec.common_name = parts_->file.module_id;
  spec.organization = "Neo Service Layer";
  spec.organizational_unit = kSimulatedLabel;
  spec.not_before = now - 300;
  spec.not_after = now + kLeafSeconds;
  NSL_TRY(parts_->leaf_der, crypto::IssueLeafCertificate(parts_->ca_key, parts_->file.ca_der,
                                                         parts_->leaf_key.PublicKey().SpkiDer(),
                                                         spec, parts_->random));
  parts_->leaf_ends = spec.not_after;
  return {};
}

Result<Bytes> SimulatedModule::Attest(const AttestRequest& request) {
  if (request.user_data.size() > kMaxField || request.nonce.size() > kMaxField ||
      request.public_key.size() > kMaxField) {
    return Fail(Reason::kPlatformModule, "a field of the attestation is larger than 512 bytes");
  }
  NSL_TRY_VOID(RenewLeaf());
  Bytes payload;
  CborWriter w(payload);
  w.Map(9);
  w.Text("module_id");
  w.Text(parts_->file.module_id);
  w.Text("digest");
  w.Text("SHA384");
  w.Text("timestamp");
  w.Uint(static_cast<uint64_t>(parts_->clock.NowMs()));
  w.Text("pcrs");
  w.Map(parts_->pcrs.size());
  for (const auto& [index, value] : parts_->pcrs) {
    w.Uint(index);
    w.Bytes(value);
  }
  w.Text("certificate");
  w.Bytes(parts_->leaf_der);
  w.Text("cabundle");
  w.Array(2);
  w.Bytes(parts_->root_der);
  w.Bytes(parts_->file.ca_der);
  PutBytes(w, "public_key", request.public_key);
  PutBytes(w, "user_data", request.user_data);
  PutBytes(w, "nonce", request.nonce);
  return crypto::SignCose(parts_->leaf_key, payload, kSimulatedContext);
}

Result<crypto::SecretBytes> SimulatedModule::SealingRoot() {
  return crypto::SecretBytes::CopyOf(parts_->file.sealing_secret);
}

Status SimulatedModule::FillRandom(std::span<uint8_t> out) {
  parts_->random.Fill(out);
  return {};
}

const Bytes& SimulatedModule::root_der() const { return parts_->root_der; }

}  // namespace nsl::enclave
