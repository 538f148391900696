// SPDX-License-Identifier: Apache-2.0
#include "gateway/openapi.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"

namespace nsl::gateway {
namespace {

namespace json = boost::json;

json::value Schema(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  NSL_CHECK(!failed);
  return value;
}

std::vector<std::string> PathParams(std::string_view path) {
  std::vector<std::string> out;
  for (size_t i = path.find('{'); i != std::string_view::npos; i = path.find('{', i + 1)) {
    out.emplace_back(path.substr(i + 1, path.find('}', i) - i - 1));
  }
  return out;
}

json::value SchemaOfMember(const json::value& schema, const std::string& name) {
  return schema.at("properties").at(name);
}

json::array Parameters(const Operation& op, const json::value& schema,
                       const std::vector<std::string>& path_params) {
  json::array out;
  for (const ParamInfo& member : op.members) {
    bool in_path =
        std::find(path_params.begin(), path_params.end(), member.name) != path_params.end();
    if (!in_path && op.has_body() && !member.in_query) continue;
    out.push_back({{"name", member.name},
                   {"in", in_path ? "path" : "query"},
                   {"required", in_path || member.required},
                   {"schema", SchemaOfMember(schema, member.name)}});
  }
  if (op.verb == "POST" && op.access != rpc::Access::kPublic) {
    out.push_back({{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"required", false},
                   {"description", "1 to 255 characters; the answer is kept for 24 hours"},
                   {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}});
  }
  if (op.verb == "PUT" || op.verb == "PATCH" || op.verb == "DELETE") {
    out.push_back({{"name", "If-Match"},
                   {"in", "header"},
                   {"required", false},
                   {"description",
                    "The version that the change is meant for, in quotes, as in the ETag of "
                    "the item; 428 when it is missing for an item that has a version, "
                    "412 for another version"},
                   {"schema", {{"type", "string"}}}});
  }
  return out;
}

// The schema of the body: that of the request without what the path gives.
json::value BodySchema(json::value schema, const std::vector<std::string>& path_params) {
  json::object& object = schema.as_object();
  for (const std::string& name : path_params) {
    object["properties"].as_object().erase(name);
    if (json::value* required = object.if_contains("required")) {
      json::array& names = required->as_array();
      names.erase(std::remove(names.begin(), names.end(), json::value(name)), names.end());
      if (names.empty()) object.erase("required");
    }
  }
  return schema;
}

json::object Responses(const Operation& op) {
  json::object success{{"description", "Success"}};
  if (op.success != 204 && !op.reply_schema.empty()) {
    success["content"] = {{op.content_type, {{"schema", Schema(op.reply_schema)}}}};
  }
  json::object out;
  out[std::to_string(op.success)] = std::move(success);
  if (op.may_go_on) {
    out["202"] = {
        {"description", "The run has not ended within wait; it goes on and is read at Location"}};
  }
  out["default"] = {{"$ref", "#/components/responses/Problem"}};
  return out;
}

json::object Describe(const Operation& op) {
  std::vector<std::string> path_params = PathParams(op.path);
  std::string_view tag = op.name.substr(0, op.name.find('.'));
  json::object out{{"operationId", op.name}, {"summary", op.summary}, {"tags", {tag}}};
  if (!op.request_schema.empty()) {
    json::value schema = Schema(op.request_schema);
    if (json::array parameters = Parameters(op, schema, path_params); !parameters.empty()) {
      out["parameters"] = std::move(parameters);
    }
    if (op.has_body()) {
      std::vector<std::string> elsewhere = path_params;
      for (const auto& member : op.members) {
        if (member.in_query) elsewhere.push_back(member.name);
      }
      json::value body = BodySchema(std::move(schema), elsewhere);
      bool any = op.members.size() > elsewhere.size();
      if (any || op.members.empty()) {
        out["requestBody"] = {{"required", any},
                              {"content", {{"application/json", {{"schema", body}}}}}};
      }
    }
  }
  out["responses"] = Responses(op);
  if (op.access == rpc::Access::kPublic) {
    out["security"] = json::array();
  } else {
    json::array ways;
    if (op.signature != rpc::Signature::kRequired) ways.push_back({{"bearer", json::array()}});
    if (op.signature != rpc::Signature::kNone) ways.push_back({{"signed", json::array()}});
    out["security"] = std::move(ways);
    out["x-nsl-scope"] = op.scope;
    if (op.access == rpc::Access::kAccount) {
      out["description"] = "Needs an access token of an account; API keys are refused.";
    }
  }
  return out;
}

json::value ProblemSchema() {
  return Schema(R"({"type":"object","required":["type","title","status","code","reason","detail",
    "retryable","requestId"],"properties":{"type":{"type":"string"},"title":{"type":"string"},
    "status":{"type":"integer"},"code":{"type":"string"},"reason":{"type":"string"},
    "detail":{"type":"string"},"retryable":{"type":"boolean"},"retryAfterMs":{"type":"integer"},
    "requestId":{"type":"string"},"errors":{"type":"array","items":{"type":"object",
    "properties":{"pointer":{"type":"string"},"detail":{"type":"string"}}}}}})");
}

}  // namespace

std::string OpenApiDocument(const std::vector<Operation>& operations, std::string_view release) {
  json::object paths;
  for (const Operation& op : operations) {
    json::value& entry = paths[op.path];
    if (!entry.is_object()) entry = json::object();
    std::string verb(op.verb);
    std::transform(verb.begin(), verb.end(), verb.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    entry.as_object()[verb] = Describe(op);
  }
  json::object document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Neo Service Layer"},
        {"version", release},
        {"description", "Serverless functions for the Neo N3 blockchain."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"securitySchemes",
         {{"bearer",
           {{"type", "http"},
            {"scheme", "bearer"},
            {"description", "Access token of a login, or an API key nsl_…"}}},
          {"signed",
           {{"type", "apiKey"},
            {"in", "header"},
            {"name", "Authorization"},
            {"description",
             "NSL-P256 key=…, time=…, nonce=…, aud=…, sig=…: a P-256 signature of the login's "
             "session key over this one request"}}}}},
        {"schemas", {{"Problem", ProblemSchema()}}},
        {"responses",
         {{"Problem",
           {{"description", "What went wrong (RFC 9457)"},
            {"content",
             {{kProblemType, {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}}}}}};
  std::string out;
  AppendJson(json::value(std::move(document)), out);
  return out;
}

}  // namespace nsl::gateway
