// SPDX-License-Identifier: Apache-2.0
//
// Vectors of other implementations, read in place from the folder of NSL_SHARED_VECTORS. Without
// the folder there is nothing to compare with, and the tests pass.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/json.h"
#include "neo/key_test_util.h"

namespace nsl::neo {

// One vector's input or expected values.
class Part {
 public:
  explicit Part(const boost::json::value& value) : value_(value) {}

  bool Has(std::string_view name) const { return value_.as_object().contains(name); }
  const boost::json::value& At(std::string_view name) const { return value_.as_object().at(name); }
  std::string Text(std::string_view name) const { return std::string(At(name).as_string()); }
  Bytes Raw(std::string_view name) const { return Hex(Text(name)); }
  uint64_t Number(std::string_view name) const { return At(name).to_number<uint64_t>(); }

 private:
  const boost::json::value& value_;
};

// Each vector of the category; `count` of them, when there are vectors at all.
inline void EachVector(std::string_view category, size_t count,
                       const std::function<void(const Part& in, const Part& out)>& check) {
  std::string folder(NSL_SHARED_VECTORS);
  if (folder.empty()) return;
  std::ifstream file(folder + "/neo-n3/vectors.json", std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  auto all = ParseJson(text);
  ASSERT_TRUE(all) << all.error().detail;
  size_t seen = 0;
  for (const boost::json::value& v : all->at("vectors").as_array()) {
    if (v.at("category").as_string() != category) continue;
    SCOPED_TRACE(std::string(v.at("id").as_string()));
    check(Part(v.at("input")), Part(v.at("expected")));
    ++seen;
  }
  EXPECT_GE(seen, count) << category;
}

}  // namespace nsl::neo
