// SPDX-License-Identifier: Apache-2.0
#include "pretty_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "base/log.h"

namespace nsl::cli {
namespace {

void Write(const boost::json::value& value, size_t depth, std::string& out) {
  auto line = [&](size_t d) {
    out += '\n';
    out.append(2 * d, ' ');
  };
  if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      Write((*array)[i], depth + 1, out);
    }
    line(depth);
    out += ']';
  } else if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& member : *object) {
      if (!first) out += ',';
      first = false;
      line(depth + 1);
      AppendJsonString(out, std::string_view(member.key().data(), member.key().size()));
      out += ": ";
      Write(member.value(), depth + 1, out);
    }
    line(depth);
    out += '}';
  } else {
    AppendJson(value, out);
  }
}

}  // namespace

std::string PrettyJson(const boost::json::value& value) {
  std::string out;
  Write(value, 0, out);
  return out;
}

}  // namespace nsl::cli
