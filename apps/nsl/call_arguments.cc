// SPDX-License-Identifier: Apache-2.0
#include "call_arguments.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "neo/contract_parameter.h"
#include "neo/script_hash.h"

namespace nsl::cli {
namespace {

struct Kind {
  std::string_view word;
  std::string_view type;
};
constexpr Kind kKinds[] = {{"integer", "Integer"}, {"int", "Integer"},     {"hash160", "Hash160"},
                           {"address", "Hash160"}, {"hash256", "Hash256"}, {"string", "String"},
                           {"bool", "Boolean"},    {"bytes", "ByteArray"}, {"key", "PublicKey"}};

CliResult<boost::json::value> ValueOf(std::string_view type, const std::string& text) {
  if (type == "Boolean") {
    if (text == "true" || text == "false") return boost::json::value(text == "true");
    return Usage("argument: a bool is true or false");
  }
  if (type == "ByteArray") {
    auto bytes = FromHex(text.starts_with("0x") ? std::string_view(text).substr(2) : text);
    if (!bytes) return Usage("argument: bytes are 0x and hexadecimal digits");
    return boost::json::value(ToBase64(*bytes));
  }
  if (type == "Hash160") {
    auto hash = neo::ParseAccount(text);
    if (!hash) return Usage("argument '" + text + "': " + hash.error().detail);
    return boost::json::value(neo::ToText(*hash));
  }
  return boost::json::value(text);
}

CliResult<boost::json::value> ReadOne(const std::string& word) {
  if (word == "null") return boost::json::object{{"type", "Any"}, {"value", nullptr}};
  if (word.starts_with('{')) {
    auto json = ParseJson(word, {});
    if (!json) return Usage("argument " + word + ": " + json.error().detail);
    return *json;
  }
  size_t colon = word.find(':');
  bool number = !word.empty() && word.find_first_not_of("-0123456789") == std::string::npos;
  if (number) return boost::json::object{{"type", "Integer"}, {"value", word}};
  for (const Kind& kind : kKinds) {
    if (colon == std::string::npos || word.substr(0, colon) != kind.word) continue;
    auto value = ValueOf(kind.type, word.substr(colon + 1));
    if (!value) return std::unexpected(value.error());
    return boost::json::object{{"type", kind.type}, {"value", *value}};
  }
  return Usage("argument '" + word +
               "': write TYPE:VALUE with integer, hash160, hash256, string, bool, bytes or key, "
               "or null");
}

}  // namespace

CliResult<boost::json::array> ReadCallArguments(const std::vector<std::string>& words) {
  boost::json::array out;
  for (const std::string& word : words) {
    auto one = ReadOne(word);
    if (!one) return std::unexpected(one.error());
    auto checked = neo::ParameterFromJson(*one);
    if (!checked) return Usage("argument '" + word + "': " + checked.error().detail);
    out.push_back(std::move(*one));
  }
  return out;
}

}  // namespace nsl::cli
