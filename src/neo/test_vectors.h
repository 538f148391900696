// SPDX-License-Identifier: Apache-2.0
//
// Vectors of other implementations for the tests of this room, read in place when the build names
// their folder. Without it these tests are skipped, with the reason; the tests beside each file
// have vectors of their own.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/json.h"
#include "neo/script_hash.h"
#include "neo/uint256.h"

namespace nsl::neo {

namespace json = boost::json;

inline Bytes Hex(const json::value& v) {
  auto raw = FromHex(std::string_view(v.as_string()));
  return raw ? *raw : Bytes();
}

inline std::string Str(const json::value& v) { return std::string(v.as_string()); }

inline const json::value* Maybe(const json::value& v, std::string_view key) {
  const json::object* object = v.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

inline ScriptHash Account(const json::value& v) { return ScriptHashFromText(Str(v)).value(); }
inline Uint256 Hash(const json::value& v) { return Uint256FromText(Str(v)).value(); }

class VectorsTest : public testing::Test {
 protected:
  explicit VectorsTest(std::string folder) : folder_(std::move(folder)) {}

  void SetUp() override {
    if (!std::ifstream(folder_ + "/neo-n3/vectors.json")) {
      GTEST_SKIP() << "NSL_SHARED_VECTORS names no folder with neo-n3/vectors.json";
    }
  }

  // Calls `check` for each vector of the category; false says there are no vectors at all.
  bool Each(
      std::string_view category, size_t least,
      const std::function<void(const json::value& input, const json::value& expected)>& check) {
    std::ifstream file(folder_ + "/neo-n3/vectors.json");
    if (!file) return false;
    std::string text(std::istreambuf_iterator<char>(file), {});
    auto all = ParseJson(text, {.bytes = size_t{16} << 20});
    EXPECT_TRUE(all) << all.error().detail;
    if (!all) return true;
    size_t seen = 0;
    for (const json::value& vector : all->at("vectors").as_array()) {
      if (vector.at("category") != json::value(json::string(category))) continue;
      SCOPED_TRACE(Str(vector.at("id")));
      check(vector.at("input"), vector.at("expected"));
      ++seen;
    }
    EXPECT_GE(seen, least) << category;
    return true;
  }

 private:
  std::string folder_;
};

}  // namespace nsl::neo
