// SPDX-License-Identifier: Apache-2.0
#include "rpc/params.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "rpc/route_table.h"

namespace nsl::rpc {
namespace {

namespace json = boost::json;

constexpr size_t kMaxParams = 64;

const ParamInfo* Find(const std::vector<ParamInfo>& members, std::string_view name) {
  for (const ParamInfo& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

bool Has(const Pairs& pairs, std::string_view name) {
  return std::any_of(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == name; });
}

Result<json::value> Typed(const ParamInfo& member, const std::string& text) {
  auto refuse = [&](const char* what) {
    return Fail(Error(Reason::kRequestInvalid, "the parameter '" + member.name + "' is not valid")
                    .WithField("/" + member.name, what));
  };
  if (member.kind == ParamKind::kInteger) {
    int64_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) {
      return refuse("must be an integer");
    }
    return json::value(value);
  }
  if (member.kind == ParamKind::kBool) {
    if (text == "true" || text == "1") return json::value(true);
    if (text == "false" || text == "0") return json::value(false);
    return refuse("must be true or false");
  }
  if (member.kind == ParamKind::kOther) return refuse("belongs into the body");
  return json::value(text);
}

Error UnknownParameter(const std::string& name, const std::vector<ParamInfo>& members,
                       const RequestParts& parts) {
  std::vector<std::string_view> names;
  for (const ParamInfo& member : members) {
    bool here = !parts.has_body || member.in_query;
    if (here && !Has(parts.path, member.name)) names.push_back(member.name);
  }
  std::string shown = name.substr(0, 64);
  std::string detail = "there is no query parameter '" + shown + "' here";
  if (std::string_view nearest = NearestName(name, names); !nearest.empty()) {
    detail += "; the nearest is '" + std::string(nearest) + "'";
  }
  return Error(Reason::kRequestUnknownParameter, detail);
}

Result<json::object> Body(const RequestParts& parts) {
  if (!parts.has_body || parts.body.empty()) return json::object();
  NSL_TRY(json::value value, ParseJson(parts.body, {.bytes = parts.max_body, .depth = 64}));
  json::object* object = value.if_object();
  if (object == nullptr) {
    return Fail(Error(Reason::kRequestInvalid, "the body must be a JSON object")
                    .WithField("", "must be an object"));
  }
  return std::move(*object);
}

}  // namespace

Result<Pairs> ParseQuery(std::string_view query) {
  Pairs out;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    size_t equals = std::min(part.find('='), part.size());
    std::optional<std::string> name = PercentDecode(part.substr(0, equals), true);
    std::optional<std::string> value =
        PercentDecode(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value || name->empty()) {
      return Fail(Reason::kRequestMalformed, "the query has a wrong escape or character");
    }
    if (Has(out, *name)) {
      return Fail(Reason::kRequestMalformed,
                  "the query parameter '" + name->substr(0, 64) + "' occurs twice");
    }
    if (out.size() >= kMaxParams) {
      return Fail(Reason::kRequestMalformed, "the query has more than 64 parameters");
    }
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

Result<json::object> MergeParams(const std::vector<ParamInfo>& members, const RequestParts& parts) {
  for (const auto& [name, value] : parts.query) {
    const ParamInfo* member = Find(members, name);
    bool known =
        member != nullptr && (!parts.has_body || member->in_query) && !Has(parts.path, name);
    if (!known) return std::unexpected(UnknownParameter(name, members, parts));
  }
  NSL_TRY(json::object object, Body(parts));
  for (const auto& [name, value] : parts.path) {
    if (object.contains(name)) {
      std::string pointer;
      AppendJsonPointer(pointer, name);
      return Fail(Error(Reason::kRequestInvalid, "a field of the body is given by the path")
                      .WithField(pointer, "is part of the path and must not be in the body"));
    }
  }
  for (const ParamInfo& member : members) {
    if (!parts.has_body || !member.in_query || !object.contains(member.name)) continue;
    std::string pointer;
    AppendJsonPointer(pointer, member.name);
    return Fail(Error(Reason::kRequestInvalid, "a field of the body belongs into the query")
                    .WithField(pointer, "is a query parameter and must not be in the body"));
  }
  for (const Pairs* pairs : {&parts.path, &parts.query}) {
    for (const auto& [name, text] : *pairs) {
      const ParamInfo* member = Find(members, name);
      NSL_CHECK(member != nullptr);
      NSL_TRY(json::value value, Typed(*member, text));
      object[name] = std::move(value);
    }
  }
  return object;
}

}  // namespace nsl::rpc
