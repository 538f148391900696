// SPDX-License-Identifier: Apache-2.0
//
// What an enclave program is built on: a security module that attests and gives a sealing root, and
// a place outside the enclave that keeps sealed records.
//
// The release programs link the Nitro module (/dev/nsm); the -dev programs link a simulated one
// that signs with a random root of its own folder and another COSE context. Both give documents of
// the same form (reference: AWS Nitro Enclaves attestation document), so that one verifier reads
// both and says which it saw.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/secret.h"
#include "rpc/method.h"

namespace nsl::enclave {

// Roles as they stand in attestation documents.
inline constexpr std::string_view kVaultRole = "vault";
inline constexpr std::string_view kRunnerRole = "runner";

// How far back a host can roll state without being seen: not at all known, within the life of the
// enclave, also across restarts.
enum class AnchorLevel : uint8_t { kNone, kRun, kRestart };
BOOST_DESCRIBE_ENUM(AnchorLevel, kNone, kRun, kRestart)

// The structure in user_data of every document: at most 512 bytes of deterministic CBOR. Nothing in
// it is chosen by a caller.
struct AttestedKeys {
  // Domain separation: always "nsl/attest/1".
  std::string tag;
  std::string role;
  std::string release;
  // The namespace of this installation, made once by the vault.
  std::string name_space;
  // Random per process start; the audience of signed requests and part of every receipt.
  Bytes boot_id;
  // X25519, raw 32 bytes: HPKE boxes (RFC 9180) are sealed to it. Empty for the runner.
  Bytes hpke_key;
  // P-256 compressed, 33 bytes: tokens and grants for the vault, receipts for the runner.
  Bytes signing_key;
  // SHA-256 of the trusted settings.
  Bytes config_hash;
  AnchorLevel anchor = AnchorLevel::kNone;
  // H(...) bound by a channel handshake, empty otherwise.
  Bytes channel;
};
BOOST_DESCRIBE_STRUCT(AttestedKeys, (),
                      (tag, role, release, name_space, boot_id, hpke_key, signing_key, config_hash,
                       anchor, channel))

struct AttestRequest {
  Bytes user_data;
  Bytes nonce;
  Bytes public_key;
};

class SecurityModule {
 public:
  virtual ~SecurityModule() = default;
  virtual bool simulated() const = 0;
  // A COSE_Sign1 attestation document over the request; at most 16 KiB.
  virtual Result<Bytes> Attest(const AttestRequest& request) = 0;
  // 32 bytes that only this role of this installation can get again after a restart.
  virtual Result<crypto::SecretBytes> SealingRoot() = 0;
  // The module's randomness mixed with the kernel's.
  virtual Status FillRandom(std::span<uint8_t> out) = 0;
};

// What a verified document says.
struct AttestationView {
  bool simulated = false;
  std::string module_id;
  UnixMillis time_ms = 0;
  // PCR index and value, in ascending order.
  std::vector<std::pair<uint32_t, Bytes>> pcrs;
  Bytes public_key;
  Bytes nonce;
  // Decoded user_data; its tag and role have been checked.
  AttestedKeys keys;
};

struct AttestationPolicy {
  // DER of the one root that is trusted: the pinned AWS root, or the root of a simulated module.
  Bytes root_der;
  // True: accept only simulated documents (a -dev installation). False: refuse them.
  bool simulated = false;
  std::string role;
  // Expected challenge; without one the document may be max_age_ms old.
  std::optional<Bytes> nonce;
  UnixMillis now_ms = 0;
  int64_t max_age_ms = 300'000;
  // Archived evidence (a receipt): judge the chain at the document's own time and skip freshness.
  bool archived = false;
  // Allowed PCR0 values; must not be empty unless simulated.
  std::vector<Bytes> pcr0;
};

// Steps of the Nitro validation, each failing closed with attest.<step>.
Result<AttestationView> VerifyAttestation(ByteView document, const AttestationPolicy& policy);

// --- Sealed records outside the enclave --------------------------------------------------------

// One row that the host keeps for the vault; opaque to the host.
struct SealedRecord {
  std::string table;
  std::string key;
  // Strictly rising per key; part of the associated data.
  uint64_t version = 0;
  Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(SealedRecord, (), (table, key, version, sealed))

struct RecordsPutRequest {
  std::string name_space;
  // Empty `sealed` deletes the row.
  std::vector<SealedRecord> records;
  // Sealed head {counter, root} that belongs to the state after this batch; same transaction.
  SealedRecord head;
};
BOOST_DESCRIBE_STRUCT(RecordsPutRequest, (), (name_space, records, head))
struct RecordsPutReply {
  uint64_t stored = 0;
};
BOOST_DESCRIBE_STRUCT(RecordsPutReply, (), (stored))

struct RecordsScanRequest {
  std::string name_space;
  // Last (table, key) of the page before, empty at the start.
  std::string after_table;
  std::string after_key;
  uint32_t limit = 500;
};
BOOST_DESCRIBE_STRUCT(RecordsScanRequest, (), (name_space, after_table, after_key, limit))
struct RecordsScanReply {
  std::vector<SealedRecord> records;
  std::optional<SealedRecord> head;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(RecordsScanReply, (), (records, head, more))

// Served by the host to the vault over their own connection. An acknowledged Put is durable.
struct RecordsApi {
  virtual ~RecordsApi() = default;
  virtual Task<Result<RecordsPutReply>> Put(rpc::CallContext, RecordsPutRequest) = 0;
  virtual Task<Result<RecordsScanReply>> Scan(rpc::CallContext, RecordsScanRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&RecordsApi::Put>{
          .number = 200, .name = "records.put", .max_request_bytes = 8 << 20},
      rpc::Method<&RecordsApi::Scan>{
          .number = 201, .name = "records.scan", .idempotent = true, .max_reply_bytes = 8 << 20},
  };
};

}  // namespace nsl::enclave
