// SPDX-License-Identifier: Apache-2.0
//
// The half of WalletService that signs texts.
#include "neo/message.h"

#include "rpc/signed_form.h"
#include "wallet/service.h"

namespace nsl::wallet {

Task<Result<SignedMessage>> WalletService::SignMessage(CallContext context,
                                                       SignMessageRequest request) {
  constexpr rpc::HttpForm kForm = rpc::FormOf<WalletApi, &WalletApi::SignMessage>();
  if (context.signed_http) {
    NSL_CO_TRY(request, rpc::ReadSigned<SignMessageRequest>(*context.signed_http, kForm));
  }
  auto row = co_await FindWallet(std::move(request.wallet));
  if (!row && row.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(row.error()));
  }
  std::string project = row ? row->project_id : std::string();
  auto who = co_await authoriser_.Authorise(std::move(context), std::move(project), "wallets:send",
                                            kForm.signature);
  bool none = !who && who.error().reason == Reason::kNotFound;
  if (none || (who && !row)) co_return Fail(Reason::kNotFound, "no such wallet");
  if (!who) co_return std::unexpected(std::move(who.error()));
  SignedMessage out;
  out.layout = "classic";
  out.salt = ToHex(env_.random.Draw(neo::kMessageSaltText / 2));
  auto message = neo::SignableMessage::Classic(out.salt, request.text);
  if (!message) {
    co_return Fail(Error(Reason::kWalletInvalid, message.error().detail)
                       .WithField("/text",
                                  "1 to 16384 printable ASCII characters, tabs and line "
                                  "ends"));
  }
  NSL_CO_TRY(neo::PublicKey public_key, neo::PublicKey::FromBytes(row->public_key));
  NSL_CO_TRY(crypto::P256PrivateKey key,
             keys_.Open(row->sealed_key, row->public_key, row->project_id, row->id));
  NSL_CO_TRY(neo::Signature signature, message->SignWith(key));
  out.address = neo::AddressOf(public_key);
  out.public_key = public_key.ToText();
  out.signature = ToHex(signature);
  env_.log.Info("message_signed", {{"wallet", row->id}});
  co_return out;
}

}  // namespace nsl::wallet
