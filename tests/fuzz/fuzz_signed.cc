// SPDX-License-Identifier: Apache-2.0
//
// The Authorization header of a signed request, and the HTTP request beside it as a hostile host
// may pass it to the vault. No crash; a header that is read has one spelling; a request is read
// only for its own route and body.
#include "account/acting.h"
#include "account/client/sealed_password.h"
#include "account/client/signed_request.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

void Run(std::string_view text) {
  if (auto header = ParseSignedHeader(text)) NSL_CHECK(RenderSignedHeader(*header) == text);
  if (auto secrets = ReadLoginSecrets(AsBytes(text))) {
    NSL_CHECK(secrets->session_key.empty() || secrets->session_key.size() == 33);
  }
  size_t line = std::min(text.find('\n'), text.size());
  rpc::SignedHttp http;
  http.target = text.substr(0, line);
  http.body = ToBytes(text.substr(std::min(line + 1, text.size())));
  http.body_hash = ToBytes(ByteView(crypto::Sha256(http.body)));
  for (const rpc::HttpForm& form :
       {kDeployForm, kAliasForm, kRemoveForm,
        rpc::HttpForm{"POST", "/v1/projects/{project}/keys", Signature::kRequired}}) {
    http.method = form.verb;
    auto alias = ReadSigned<SetAliasRequest>(http, form);
    auto key = ReadSigned<CreateKeyRequest>(http, form);
    auto deploy = ReadSigned<SignedDeploy>(http, form);
    auto remove = ReadSigned<RemoveFunctionRequest>(http, form);
    NSL_CHECK(!(alias && key));
    http.method = "PATCH";
    NSL_CHECK(!ReadSigned<RemoveFunctionRequest>(http, form));
  }
}

}  // namespace
}  // namespace nsl::account

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 20'000) return 0;
  nsl::account::Run(nsl::AsText(nsl::ByteView(data, size)));
  return 0;
}
