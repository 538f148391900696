// SPDX-License-Identifier: Apache-2.0
//
// Strict reading of a JSON object whose fields are known, for the types of this room.
//
// Guarantee: a missing field, a field of another kind and, after Finish(), an unknown field are
// refused with chain.invalid and the JSON pointer. The first fault sticks. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl::neo {

class JsonFields {
 public:
  // `pointer` is where the value stands; it must be an object.
  JsonFields(const boost::json::value& value, std::string pointer);

  std::string Text(std::string_view name);
  bool Bool(std::string_view name);
  // From 0 up to `max`.
  int64_t Number(std::string_view name, int64_t max);
  // Any kind; null when it is missing and `needed` is false.
  const boost::json::value* Any(std::string_view name, bool needed = true);
  // Calls `each` with every element and its pointer; at most `max` elements.
  void List(std::string_view name, size_t max,
            const std::function<Status(const boost::json::value&, const std::string&)>& each,
            bool needed = true);
  // Takes a value that another reader made, or its error with the pointer put before it.
  template <class T>
  T Take(std::string_view name, Result<T> result) {
    if (result) return std::move(*result);
    Refuse(name, result.error().detail);
    return T{};
  }

  void Refuse(std::string_view name, std::string_view what);
  bool ok() const { return status_.has_value(); }
  std::string At(std::string_view name) const { return pointer_ + "/" + std::string(name); }
  // Fields nobody asked for are refused.
  Status Finish();
  const Status& status() const { return status_; }

 private:
  const boost::json::object* object_ = nullptr;
  std::string pointer_;
  Status status_;
  std::vector<std::string_view> seen_;
};

}  // namespace nsl::neo
