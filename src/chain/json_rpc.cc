// SPDX-License-Identifier: Apache-2.0
#include "chain/json_rpc.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "neo/plain_parameter.h"

namespace nsl::chain {
namespace {

namespace json = boost::json;

constexpr size_t kMaxArgs = 64;
constexpr size_t kShownMessage = 300;

std::unexpected<Error> Bad(const std::string& what) {
  return Fail(Reason::kChainUnavailable, "the node's answer " + what);
}

std::string Shown(std::string_view text) {
  std::string out(text.substr(0, kShownMessage));
  return out;
}

bool IdIs(const json::value* id, uint64_t expected) {
  if (id == nullptr) return false;
  if (id->is_uint64()) return id->get_uint64() == expected;
  return id->is_int64() && id->get_int64() >= 0 &&
         static_cast<uint64_t>(id->get_int64()) == expected;
}

Result<RpcAnswer> Refusal(const json::value& error) {
  const json::object* object = error.if_object();
  const json::value* code = object ? object->if_contains("code") : nullptr;
  if (code == nullptr || !code->is_int64()) return Bad("has an error without an integer code");
  RpcAnswer out;
  out.refused = true;
  out.code = code->get_int64();
  if (const json::value* message = object->if_contains("message");
      message && message->is_string()) {
    out.message = Shown(message->get_string());
  }
  if (const json::value* data = object->if_contains("data"); data && data->is_string()) {
    out.message += " " + Shown(data->get_string());
  }
  return out;
}

}  // namespace

std::string EncodeRpcCall(uint64_t id, std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":)";
  AppendJsonString(out, method);
  out += R"(,"params":)";
  out += params;
  out += '}';
  return out;
}

Result<RpcAnswer> DecodeRpcAnswer(ByteView body, uint64_t id, size_t max_bytes) {
  Result<json::value> value = ParseJson(AsText(body), {.bytes = max_bytes, .depth = 64});
  if (!value) return Bad("is no JSON: " + value.error().detail);
  json::object* object = value->if_object();
  if (object == nullptr) return Bad("is no JSON object");
  const json::value* version = object->if_contains("jsonrpc");
  if (version == nullptr || !version->is_string() || version->get_string() != "2.0") {
    return Bad("is not JSON-RPC 2.0");
  }
  json::value* result = object->if_contains("result");
  const json::value* error = object->if_contains("error");
  if (error != nullptr && error->is_null()) error = nullptr;
  if (error != nullptr) return Refusal(*error);
  if (!IdIs(object->if_contains("id"), id)) return Bad("belongs to another call");
  if (result == nullptr) return Bad("has neither result nor error");
  RpcAnswer out;
  out.result = std::move(*result);
  return out;
}

RpcRefusal MapRpcRefusal(int64_t code, std::string_view message) {
  std::string shown = "the node says: " + Shown(message) + " (" + std::to_string(code) + ")";
  // C# nodes answer -32602 for an unknown transaction or block in getapplicationlog.
  bool unknown = (code <= -100 && code > -200) ||
                 (code == -32602 && (message.find("Unknown") != std::string_view::npos ||
                                     message.find("unknown") != std::string_view::npos));
  if (unknown) return {Error(Reason::kChainUnknown, shown), true};
  if (code == -32602) return {Error(Reason::kChainInvalid, shown), true};
  if (code == -32601) {
    return {Error(Reason::kChainUnavailable, shown + "; it lacks a plugin"), false};
  }
  return {Error(Reason::kChainUnavailable, shown), false};
}

Result<std::string> TypedParams(std::string_view args) {
  std::string out = "[";
  if (!args.empty()) {
    Result<json::value> value = ParseJson(args, {.bytes = 256 << 10, .depth = 32});
    if (!value) return Fail(Reason::kChainInvalid, "the arguments are no JSON");
    const json::array* array = value->if_array();
    if (array == nullptr || array->size() > kMaxArgs) {
      return Fail(Reason::kChainInvalid, "the arguments are an array of at most 64 values");
    }
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      NSL_TRY(neo::ContractParameter typed,
              neo::ParameterFromPlain((*array)[i], std::to_string(i)));
      out += json::serialize(neo::ToJson(typed));
    }
  }
  out += ']';
  return out;
}

}  // namespace nsl::chain
