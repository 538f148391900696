// SPDX-License-Identifier: Apache-2.0
#include "rpc/channel.h"

#include <boost/asio/steady_timer.hpp>

#include "base/cbor.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/x25519.h"
#include "rpc/channel_stream.h"

namespace nsl::rpc {
namespace {

constexpr std::string_view kTag = "nsl/channel/1";
constexpr size_t kMaxMessage = 17 * 1024;
constexpr size_t kMaxDocument = 16 * 1024;
constexpr size_t kMaxRole = 64;
constexpr size_t kNonceBytes = 32;

struct Hello {
  std::string role;
  ByteArray<32> key;
  ByteArray<kNonceBytes> nonce;
};

Bytes EncodeHello(const Hello& hello) {
  Bytes out;
  CborWriter writer(out);
  writer.Array(4);
  writer.Text(kTag);
  writer.Text(hello.role);
  writer.Bytes(hello.key);
  writer.Bytes(hello.nonce);
  return out;
}

Result<Hello> DecodeHello(ByteView in) {
  CborReader reader(in);
  if (reader.Array() != 4 || reader.Text() != kTag) reader.Refuse("not a hello of this protocol");
  Hello out;
  out.role = reader.Text();
  auto key = ToArray<32>(reader.Bytes());
  auto nonce = ToArray<kNonceBytes>(reader.Bytes());
  if (!reader.Finish() || !key || !nonce || out.role.size() > kMaxRole) {
    return Fail(Reason::kAttestFormat, "the other end's hello does not decode");
  }
  out.key = *key;
  out.nonce = *nonce;
  return out;
}

Task<Status> Send(net::ByteStream* stream, Bytes message) {
  Bytes framed;
  for (size_t i = 0; i < 4; ++i) framed.push_back(static_cast<uint8_t>(message.size() >> (8 * i)));
  framed.insert(framed.end(), message.begin(), message.end());
  Status sent = co_await stream->WriteAll(framed);
  co_return sent;
}

Task<Result<Bytes>> Receive(net::ByteStream* stream) {
  ByteArray<4> header{};
  Status got = co_await stream->ReadAll(header);
  if (!got) co_return std::unexpected(std::move(got.error()));
  size_t length = 0;
  for (size_t i = 0; i < 4; ++i) length |= size_t{header[i]} << (8 * i);
  if (length > kMaxMessage) {
    co_return Fail(Reason::kAttestFormat,
                   "a handshake message is larger than " + std::to_string(kMaxMessage) + " bytes");
  }
  Bytes message(length);
  got = co_await stream->ReadAll(message);
  if (!got) co_return std::unexpected(std::move(got.error()));
  co_return message;
}

// What both attest: the initiator's half always first.
Hash256 BoundData(const ChannelOptions& options, const Hello& initiator, const Hello& responder) {
  Bytes text;
  CborWriter writer(text);
  writer.Array(8);
  writer.Text(kTag);
  writer.Text(options.name_space);
  writer.Text(initiator.role);
  writer.Text(responder.role);
  writer.Bytes(initiator.key);
  writer.Bytes(responder.key);
  writer.Bytes(initiator.nonce);
  writer.Bytes(responder.nonce);
  return crypto::Sha256(text);
}

struct Secrets {
  crypto::SecretBytes all;
  ByteView key(size_t i) const { return all.view().subspan(32 * i, 32); }
};

Task<Result<std::unique_ptr<net::ByteStream>>> Handshake(std::unique_ptr<net::ByteStream> stream,
                                                         ChannelOptions options, Attester* attester,
                                                         Random* random) {
  bool initiator = options.end == ChannelEnd::kInitiator;
  crypto::X25519PrivateKey key = crypto::X25519PrivateKey::Generate(*random);
  Hello mine{options.role, key.PublicKey(), random->Array<kNonceBytes>()};
  Status sent = co_await Send(stream.get(), EncodeHello(mine));
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  Result<Bytes> received = co_await Receive(stream.get());
  if (!received) co_return std::unexpected(std::move(received.error()));
  NSL_CO_TRY(Hello theirs, DecodeHello(*received));
  if (theirs.role != options.peer_role) {
    co_return Fail(Reason::kAttestRole, "the other end says it is '" + theirs.role + "' and not '" +
                                            options.peer_role + "'");
  }
  // A relay that sends a hello back to its maker.
  if (theirs.key == mine.key || theirs.nonce == mine.nonce) {
    co_return Fail(Reason::kAttestNonce, "the other end sent this end's own hello");
  }
  Hash256 bound = initiator ? BoundData(options, mine, theirs) : BoundData(options, theirs, mine);

  NSL_CO_TRY(Bytes my_document, attester->Attest(bound));
  sent = co_await Send(stream.get(), my_document);
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  Result<Bytes> document = co_await Receive(stream.get());
  if (!document) co_return std::unexpected(std::move(document.error()));
  if (document->size() > kMaxDocument) {
    co_return Fail(Reason::kAttestFormat, "the attestation document is larger than 16 KiB");
  }
  NSL_CO_TRY_VOID(attester->Verify(*document, options.peer_role, bound));

  Result<crypto::SecretBytes> shared = key.Agree(theirs.key);
  if (!shared) co_return Fail(Reason::kAttestFormat, "the other end's key is of small order");
  Hash256 transcript = initiator ? crypto::Sha256({bound, my_document, *document})
                                 : crypto::Sha256({bound, *document, my_document});
  Secrets secrets{crypto::HkdfSha256(*shared, transcript, AsBytes(kTag), 4 * 32)};
  size_t me = initiator ? 0 : 1;
  ByteArray<32> my_proof = crypto::HmacSha256(secrets.key(2 + me), transcript);
  sent = co_await Send(stream.get(), ToBytes(ByteView(my_proof)));
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  Result<Bytes> proof = co_await Receive(stream.get());
  if (!proof) co_return std::unexpected(std::move(proof.error()));
  ByteArray<32> expected = crypto::HmacSha256(secrets.key(3 - me), transcript);
  if (!ConstantTimeEqual(*proof, expected)) {
    co_return Fail(Reason::kPlatformIntegrity, "the two ends did not agree on a key");
  }
  co_return MakeChannelStream(std::move(stream), secrets.key(me), secrets.key(1 - me),
                              static_cast<uint32_t>(me));
}

}  // namespace

Task<Result<std::unique_ptr<net::ByteStream>>> OpenChannel(std::unique_ptr<net::ByteStream> stream,
                                                           ChannelOptions options,
                                                           Attester& attester, Random& random) {
  Executor executor = co_await asio::this_coro::executor;
  // Shared with the timer's handler, which may be queued already when this coroutine is gone.
  struct State {
    net::ByteStream* stream;
    bool late = false;
  };
  auto state = std::make_shared<State>(stream.get());
  struct Over {
    State& state;
    ~Over() { state.stream = nullptr; }
  } over{*state};
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(executor, options.handshake);
  timer.async_wait([state](boost::system::error_code error) {
    if (error || state->stream == nullptr) return;
    state->late = true;
    state->stream->Close();
  });
  Result<std::unique_ptr<net::ByteStream>> channel =
      co_await Handshake(std::move(stream), std::move(options), &attester, &random);
  if (state->late) co_return Fail(Reason::kPlatformDeadline, "the handshake took too long");
  co_return channel;
}

}  // namespace nsl::rpc
