// SPDX-License-Identifier: Apache-2.0
#include "base/codec_faults.h"

#include "base/json.h"

namespace nsl::codec {

std::string Path::Pointer() const {
  if (up == nullptr) return {};
  std::string out = up->Pointer();
  if (index != SIZE_MAX) {
    out += '/';
    out += std::to_string(index);
  } else {
    // A hostile key must not make the answer large.
    AppendJsonPointer(out, name.substr(0, 128));
  }
  return out;
}

void Faults::Add(const Path& path, std::string detail) {
  if (!full()) fields_.push_back({path.Pointer(), std::move(detail)});
}

void Faults::MustBe(const Path& path, std::string_view what) {
  if (!full()) Add(path, "must be " + std::string(what));
}

void Faults::OutOfRange(const Path& path, const std::string& least, const std::string& most) {
  Add(path, "must be from " + least + " to " + most);
}

void Faults::Missing(const Path& parent, std::string_view name) {
  Add(Path(&parent, name), "is required");
}

void Faults::Unknown(const Path& parent, std::string_view name, std::string_view nearest) {
  std::string detail = "is not a known field";
  if (!nearest.empty()) detail += "; did you mean '" + std::string(nearest) + "'?";
  Add(Path(&parent, name), std::move(detail));
}

Error Faults::ToError() && {
  const FieldError& first = fields_.front();
  std::string where = first.pointer.empty() ? "the document" : first.pointer;
  std::string detail = where + " " + first.detail;
  if (fields_.size() > 1) {
    detail +=
        "; " + std::to_string(fields_.size()) + (full() ? " or more" : "") + " fields are refused";
  }
  Error error(Reason::kRequestInvalid, std::move(detail));
  error.fields = std::move(fields_);
  return error;
}

}  // namespace nsl::codec
