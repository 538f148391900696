// SPDX-License-Identifier: Apache-2.0
//
// Path, query and body of an HTTP request as one JSON object, which the codec then reads strictly.
// The gateway reads requests with it, and the vault reads again what a client has signed. Pure.
//
// With a body, a member of the request stands in the body; those that the struct names, as on the
// wire, in
//   static constexpr std::string_view kInQuery[] = {"memberName"};
// stand in the query.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/codec.h"
#include "base/result.h"

namespace nsl::rpc {

enum class ParamKind : uint8_t { kText, kInteger, kBool, kOther };

struct ParamInfo {
  std::string name;
  ParamKind kind = ParamKind::kText;
  bool required = false;
  // Stands in the query also where there is a body.
  bool in_query = false;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct RequestParts {
  Pairs path;
  Pairs query;
  // False for GET and DELETE: then what is not in the path is in the query.
  bool has_body = false;
  std::string body;
  size_t max_body = 1 << 20;
};

// At most 64 parameters; request.malformed for a wrong escape and for a name that occurs twice.
Result<Pairs> ParseQuery(std::string_view query);
// request.unknown_parameter for a query parameter that is none; request.invalid for a body member
// that the path gives, for a value of the wrong kind; request.malformed for what is no JSON object.
Result<boost::json::object> MergeParams(const std::vector<ParamInfo>& members,
                                        const RequestParts& parts);

template <class T>
constexpr ParamKind KindOf() {
  if constexpr (codec::kIsOptional<T>) {
    return KindOf<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return ParamKind::kBool;
  } else if constexpr (std::is_integral_v<T>) {
    return ParamKind::kInteger;
  } else if constexpr (std::is_same_v<T, std::string> || codec::HasTextCodec<T> || codec::Enum<T>) {
    return ParamKind::kText;
  } else {
    return ParamKind::kOther;
  }
}

// The members of a described request, in order.
template <class Request>
std::vector<ParamInfo> MembersOf() {
  using W = codec::Wire<Request>;
  std::vector<ParamInfo> out;
  [&]<size_t... I>(std::index_sequence<I...>) {
    (out.push_back({std::string(W::NameAt(I)), KindOf<typename W::template Member<I>>(),
                    W::kRequired[I], false}),
     ...);
  }(std::make_index_sequence<W::kCount>());
  if constexpr (requires { Request::kInQuery; }) {
    for (std::string_view name : Request::kInQuery) {
      for (ParamInfo& member : out) member.in_query |= member.name == name;
    }
  }
  return out;
}

}  // namespace nsl::rpc
