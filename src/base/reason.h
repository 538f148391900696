// SPDX-License-Identifier: Apache-2.0
//
// The one table of everything that can go wrong: each dotted reason a client may see, with its
// code (the sixteen of gRPC), its HTTP status and its retry class. A reason that has no row does
// not compile, so the API, the logs and the documents cannot drift apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nsl {

enum class Code : uint8_t {
  kInvalidArgument,
  kFailedPrecondition,
  kOutOfRange,
  kUnauthenticated,
  kPermissionDenied,
  kNotFound,
  kAborted,
  kAlreadyExists,
  kResourceExhausted,
  kCancelled,
  kDataLoss,
  kUnknown,
  kInternal,
  kUnimplemented,
  kUnavailable,
  kDeadlineExceeded,
};

// Who can cure it; decides whether and how a caller retries.
enum class RetryClass : uint8_t { kUser, kQuota, kFunds, kUpstream, kChain, kPlatform };

// clang-format off
#define NSL_REASONS(X)                                                                            \
  X(kRequestMalformed,        "request.malformed",            kInvalidArgument,    400, kUser)     \
  X(kRequestInvalid,          "request.invalid",              kInvalidArgument,    422, kUser)     \
  X(kRequestUnknownParameter, "request.unknown_parameter",    kInvalidArgument,    400, kUser)     \
  X(kRequestTooLarge,         "request.too_large",            kOutOfRange,         413, kUser)     \
  X(kRequestMediaType,        "request.media_type",           kInvalidArgument,    415, kUser)     \
  X(kRequestMethod,           "request.method",               kUnimplemented,      405, kUser)     \
  X(kRequestHeaderTooLarge,   "request.header_too_large",     kOutOfRange,         431, kUser)     \
  X(kRequestTimeout,          "request.timeout",              kDeadlineExceeded,   408, kUser)     \
  X(kRequestIdempotency,      "request.idempotency_mismatch", kInvalidArgument,    422, kUser)     \
  X(kRequestInProgress,       "request.in_progress",          kAborted,            409, kPlatform) \
  X(kRequestVersionConflict,  "request.version_conflict",     kAborted,            412, kUser)     \
  X(kRequestNeedsIfMatch,     "request.precondition_required",kFailedPrecondition, 428, kUser)     \
  X(kNotFound,                "not_found",                    kNotFound,           404, kUser)     \
  X(kAuthInvalid,             "auth.invalid",                 kUnauthenticated,    401, kUser)     \
  X(kAuthSignature,           "auth.signature_required",      kPermissionDenied,   403, kUser)     \
  X(kAuthForbidden,           "auth.forbidden",               kPermissionDenied,   403, kUser)     \
  X(kAuthLocked,              "auth.locked",                  kPermissionDenied,   423, kUser)     \
  X(kAuthWeakPassword,        "auth.weak_password",           kInvalidArgument,    422, kUser)     \
  X(kAuthSealed,              "auth.sealed_field",            kInvalidArgument,    422, kUser)     \
  X(kAccountExists,           "account.exists",               kAlreadyExists,      409, kUser)     \
  X(kProjectExists,           "project.exists",               kAlreadyExists,      409, kUser)     \
  X(kFunctionExists,          "function.exists",              kAlreadyExists,      409, kUser)     \
  X(kFunctionBuild,           "function.build",               kInvalidArgument,    422, kUser)     \
  X(kFunctionNotDeployed,     "function.not_deployed",        kFailedPrecondition, 409, kUser)     \
  X(kQuotaRate,               "quota.rate",                   kResourceExhausted,  429, kQuota)    \
  X(kQuotaBusy,               "quota.busy",                   kUnavailable,        503, kQuota)    \
  X(kQuotaQueue,              "quota.queue",                  kResourceExhausted,  429, kQuota)    \
  X(kQuotaConcurrency,        "quota.concurrency",            kResourceExhausted,  429, kQuota)    \
  X(kQuotaStorage,            "quota.storage",                kResourceExhausted,  429, kQuota)    \
  X(kQuotaItems,              "quota.items",                  kResourceExhausted,  429, kQuota)    \
  X(kKvConflict,              "kv.conflict",                  kAborted,            409, kUser)     \
  X(kKvTooLarge,              "kv.too_large",                 kOutOfRange,         413, kUser)     \
  X(kRunTimeout,              "run.timeout",                  kDeadlineExceeded,   504, kUser)     \
  X(kRunCpu,                  "run.cpu",                      kResourceExhausted,  502, kUser)     \
  X(kRunMemory,               "run.memory",                   kResourceExhausted,  502, kUser)     \
  X(kRunOutputTooLarge,       "run.output_too_large",         kOutOfRange,         502, kUser)     \
  X(kRunOutputInvalid,        "run.output_invalid",           kInvalidArgument,    502, kUser)     \
  X(kRunUser,                 "run.user",                     kUnknown,            502, kUser)     \
  X(kRunCrashed,              "run.crashed",                  kInternal,           502, kUser)     \
  X(kRunCancelled,            "run.cancelled",                kCancelled,          502, kUser)     \
  X(kRunPlatform,             "run.platform",                 kUnavailable,        503, kPlatform) \
  X(kRunNotKept,              "run.not_kept",                 kNotFound,           404, kUser)     \
  X(kRunInputTooLarge,        "run.input_too_large",          kOutOfRange,         413, kUser)     \
  X(kChainInvalid,            "chain.invalid",                kInvalidArgument,    422, kUser)     \
  X(kChainUnknown,            "chain.unknown",                kNotFound,           404, kChain)    \
  X(kChainFault,              "chain.fault",                  kFailedPrecondition, 422, kChain)    \
  X(kChainUnavailable,        "chain.unavailable",            kUnavailable,        502, kUpstream) \
  X(kChainNetwork,            "chain.network",                kFailedPrecondition, 502, kUpstream) \
  X(kChainSimulation,         "chain.simulation",             kFailedPrecondition, 422, kChain)    \
  X(kUpstreamFailed,          "upstream.failed",              kUnavailable,        502, kUpstream) \
  X(kWalletInvalid,           "wallet.invalid",               kInvalidArgument,    422, kUser)     \
  X(kWalletExists,            "wallet.exists",                kAlreadyExists,      409, kUser)     \
  X(kWalletPolicy,            "wallet.policy",                kPermissionDenied,   403, kUser)     \
  X(kWalletEnded,             "wallet.transaction_ended",     kFailedPrecondition, 409, kUser)     \
  X(kWalletEffect,            "wallet.effect_mismatch",       kInvalidArgument,    422, kUser)     \
  X(kFundsGas,                "funds.gas",                    kFailedPrecondition, 402, kFunds)    \
  X(kFundsToken,              "funds.token",                  kFailedPrecondition, 402, kFunds)    \
  X(kAttestFormat,            "attest.format",                kDataLoss,           502, kPlatform) \
  X(kAttestChain,             "attest.chain",                 kDataLoss,           502, kPlatform) \
  X(kAttestSignature,         "attest.signature",             kDataLoss,           502, kPlatform) \
  X(kAttestTime,              "attest.time",                  kDataLoss,           502, kPlatform) \
  X(kAttestNonce,             "attest.nonce",                 kDataLoss,           502, kPlatform) \
  X(kAttestPcr,               "attest.pcr",                   kDataLoss,           502, kPlatform) \
  X(kAttestRole,              "attest.role",                  kDataLoss,           502, kPlatform) \
  X(kAttestSimulated,         "attest.simulated",             kFailedPrecondition, 502, kPlatform) \
  X(kAttestRollback,          "attest.rollback",              kDataLoss,           503, kPlatform) \
  X(kReceiptInvalid,          "receipt.invalid",              kDataLoss,           422, kUser)     \
  X(kGrantInvalid,            "grant.invalid",                kDataLoss,           503, kPlatform) \
  X(kPlatformUnavailable,     "platform.unavailable",         kUnavailable,        503, kPlatform) \
  X(kPlatformDeadline,        "platform.deadline",            kDeadlineExceeded,   504, kPlatform) \
  X(kPlatformIntegrity,       "platform.integrity",           kDataLoss,           503, kPlatform) \
  X(kPlatformStorage,         "platform.storage",             kUnavailable,        503, kPlatform) \
  X(kPlatformUnknownResult,   "platform.unknown_result",      kUnknown,            503, kPlatform) \
  X(kPlatformUnimplemented,   "platform.unimplemented",       kUnimplemented,      501, kUser)     \
  X(kPlatformConfig,          "platform.config",              kFailedPrecondition, 503, kPlatform) \
  X(kPlatformModule,          "platform.security_module",     kFailedPrecondition, 503, kPlatform) \
  X(kPlatformCancelled,       "platform.cancelled",           kCancelled,          503, kPlatform) \
  X(kPlatformInternal,        "platform.internal",            kInternal,           500, kPlatform)
// clang-format on

enum class Reason : uint8_t {
#define NSL_X(name, text, code, http, retry) name,
  NSL_REASONS(NSL_X)
#undef NSL_X
};

struct ReasonRow {
  Reason reason;
  std::string_view text;
  Code code;
  uint16_t http_status;
  RetryClass retry_class;
};

// Never fails: the table has a row for each enumerator by construction.
const ReasonRow& RowOf(Reason reason);
std::optional<Reason> ReasonFromText(std::string_view text);
std::string_view TextOf(Reason reason);
std::string_view TextOf(Code code);
std::string_view TextOf(RetryClass retry_class);

}  // namespace nsl
