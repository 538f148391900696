// SPDX-License-Identifier: Apache-2.0
#include "sealed_login.h"

#include "account/client/sealed_password.h"
#include "base/codec.h"
#include "base/random.h"

namespace nsl::cli {
namespace {

constexpr size_t kNonceBytes = 32;

// An attestation failure ends the verb: say what was not sent, and how to trust another system.
CliError Refused(Error error) {
  CliError out(std::move(error));
  out.detail +=
      "; nothing was sent. The vault did not prove that it belongs to the pinned root of"
      " this profile (" +
      ProfilePath() + ")";
  return out;
}

}  // namespace

CliResult<enclave::AttestationView> VerifiedVault(ApiClient& client) {
  const Profile& profile = client.profile();
  if (profile.root_der.empty()) {
    return FailWith("attest.chain",
                    "no attestation root is pinned, so nothing was sent; `nsl dev` pins the root of"
                    " its own system, `nsl config set root FILE.der` that of another");
  }
  SystemRandom random;
  Bytes nonce = random.Draw(kNonceBytes);
  NSL_TRY(auto answer,
          client.Json({.path = "/v1/attestation?nonce=" + ToHex(nonce), .credential = false}));
  auto document = FromBase64(TextAt(answer, "document"));
  if (!document) {
    return std::unexpected(Refused(Error(Reason::kAttestFormat, "the document is not base64")));
  }
  enclave::AttestationPolicy policy;
  policy.root_der = profile.root_der;
  policy.simulated = profile.simulated;
  policy.role = enclave::kVaultRole;
  policy.nonce = nonce;
  policy.now_ms = NowMs();
  auto view = enclave::VerifyAttestation(*document, policy);
  if (!view) return std::unexpected(Refused(std::move(view.error())));
  if (!profile.name_space.empty() && view->keys.name_space != profile.name_space) {
    return std::unexpected(
        Refused(Error(Reason::kAttestRole, "the vault names another namespace than the profile")));
  }
  return *std::move(view);
}

CliResult<SealedLogin> SealedCredentials(ApiClient& client, const std::string& method,
                                         const std::string& email, std::string_view password) {
  NSL_TRY(auto vault, VerifiedVault(client));
  SystemRandom random;
  std::string_view bound = method == "register" ? account::kRegisterMethod : account::kLoginMethod;
  auto session_key = crypto::P256PrivateKey::Generate(random);
  auto box = account::SealPassword(vault.keys.hpke_key, bound, email, password, random,
                                   session_key.PublicKey().Compressed());
  if (!box) return std::unexpected(CliError(std::move(box.error())));
  account::CredentialsRequest request{.email = email, .sealed_password = *std::move(box)};
  // The namespace becomes part of the pin at the first proof.
  client.profile().name_space = vault.keys.name_space;
  return SealedLogin{ToJson(request), ToBytes(session_key.Scalar().view())};
}

}  // namespace nsl::cli
