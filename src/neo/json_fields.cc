// SPDX-License-Identifier: Apache-2.0
#include "neo/json_fields.h"

#include <algorithm>

namespace nsl::neo {

namespace json = boost::json;

JsonFields::JsonFields(const json::value& value, std::string pointer)
    : object_(value.if_object()), pointer_(std::move(pointer)) {
  if (object_ == nullptr) {
    std::string where = pointer_.empty() ? "/" : pointer_;
    status_ = Fail(Reason::kChainInvalid, where + ": an object is expected");
  }
}

void JsonFields::Refuse(std::string_view name, std::string_view what) {
  if (!status_) return;
  std::string where = name.empty() ? pointer_ : At(name);
  if (where.empty()) where = "/";
  // An error from further down has its pointer already.
  bool placed = what.starts_with(where + "/") || what.starts_with(where + ":");
  status_ =
      Fail(Reason::kChainInvalid, placed ? std::string(what) : where + ": " + std::string(what));
}

const json::value* JsonFields::Any(std::string_view name, bool needed) {
  if (!status_) return nullptr;
  seen_.push_back(name);
  const json::value* found = object_->if_contains(name);
  if (found == nullptr && needed) Refuse(name, "the field is missing");
  return found;
}

std::string JsonFields::Text(std::string_view name) {
  const json::value* found = Any(name);
  if (found == nullptr) return {};
  const json::string* text = found->if_string();
  if (text == nullptr) Refuse(name, "a text is expected");
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

bool JsonFields::Bool(std::string_view name) {
  const json::value* found = Any(name);
  if (found == nullptr) return false;
  if (!found->is_bool()) Refuse(name, "true or false is expected");
  return found->is_bool() && found->get_bool();
}

int64_t JsonFields::Number(std::string_view name, int64_t max) {
  const json::value* found = Any(name);
  if (found == nullptr) return 0;
  const int64_t* number = found->if_int64();
  if (number == nullptr || *number < 0 || *number > max) {
    Refuse(name, "a whole number from 0 up to " + std::to_string(max) + " is expected");
    return 0;
  }
  return *number;
}

void JsonFields::List(std::string_view name, size_t max,
                      const std::function<Status(const json::value&, const std::string&)>& each,
                      bool needed) {
  const json::value* found = Any(name, needed);
  if (found == nullptr) return;
  const json::array* list = found->if_array();
  if (list == nullptr) return Refuse(name, "a list is expected");
  if (list->size() > max) return Refuse(name, "at most " + std::to_string(max) + " are allowed");
  for (size_t i = 0; i < list->size() && status_; ++i) {
    std::string item = std::string(name) + "/" + std::to_string(i);
    if (Status s = each((*list)[i], At(item)); !s) Refuse(item, s.error().detail);
  }
}

Status JsonFields::Finish() {
  if (!status_) return status_;
  for (const auto& field : *object_) {
    std::string_view key(field.key().data(), field.key().size());
    if (std::ranges::find(seen_, key) == seen_.end()) Refuse(key, "the field is unknown");
  }
  return status_;
}

}  // namespace nsl::neo
