// SPDX-License-Identifier: Apache-2.0
#include "neo/plain_parameter.h"

#include <boost/json.hpp>
#include <cmath>

namespace nsl::neo {
namespace {

namespace json = boost::json;

constexpr size_t kMostItems = 64;
constexpr size_t kAddressLength = 34;
constexpr size_t kHashLength = 42;
constexpr double kExact = 9'007'199'254'740'992.0;

std::unexpected<Error> Refuse(const std::string& place, const std::string& what) {
  return Fail(Reason::kChainInvalid, "argument " + place + " " + what);
}

ContractParameter FromText(std::string_view text) {
  bool account = text.size() == kAddressLength
                     ? ScriptHashFromAddress(text).has_value()
                     : text.size() == kHashLength && text.starts_with("0x");
  if (account) {
    auto hash = ParseAccount(text);
    if (hash) return ContractParameter::Of(*hash);
  }
  return ContractParameter::Of(std::string(text));
}

Result<ContractParameter> FromArray(const json::array& array, const std::string& place,
                                    size_t depth) {
  if (array.size() > kMostItems) return Refuse(place, "has more than 64 elements");
  ContractParameter::List list;
  for (size_t i = 0; i < array.size(); ++i) {
    NSL_TRY(ContractParameter item,
            ParameterFromPlain(array[i], place + "/" + std::to_string(i), depth + 1));
    list.push_back(std::move(item));
  }
  return ContractParameter::Of(std::move(list));
}

Result<ContractParameter> FromObject(const json::value& value, const std::string& place) {
  if (value.get_object().if_contains("type") == nullptr) {
    return Refuse(place, "must be a value or {type, value} with a contract parameter type");
  }
  auto out = ParameterFromJson(value);
  if (!out) return Refuse(place, "is not valid: " + out.error().detail);
  return out;
}

}  // namespace

Result<ContractParameter> ParameterFromPlain(const json::value& value, const std::string& place,
                                             size_t depth) {
  if (depth >= kMaxParameterDepth) return Refuse(place, "is nested too deeply");
  switch (value.kind()) {
    case json::kind::null:
      return ContractParameter::Null();
    case json::kind::bool_:
      return ContractParameter::Of(value.get_bool());
    case json::kind::int64:
      return ContractParameter::Of(Integer(value.get_int64()));
    case json::kind::uint64:
      return ContractParameter::Of(Integer::FromUnsigned(value.get_uint64()));
    case json::kind::double_: {
      double number = value.get_double();
      if (!(std::fabs(number) < kExact) || number != std::trunc(number)) {
        return Refuse(place, "must be a whole number; give larger ones as {type, value}");
      }
      return ContractParameter::Of(Integer(static_cast<int64_t>(number)));
    }
    case json::kind::string:
      return FromText(std::string_view(value.get_string()));
    case json::kind::array:
      return FromArray(value.get_array(), place, depth);
    case json::kind::object:
      break;
  }
  return FromObject(value, place);
}

}  // namespace nsl::neo
