// SPDX-License-Identifier: Apache-2.0
//
// One question per line of stdin, one answer per line of stdout, both JSON: a process per case
// would take hours for what takes minutes so. For tests alone; it keeps no secret.
#include <boost/json/object.hpp>
#include <iostream>
#include <string>

#include "base/json.h"
#include "neo_answers.h"

namespace nsl::differential {
namespace {

constexpr size_t kQuestionBytes = size_t{4} << 20;

std::string Line(const std::string& text) {
  auto question = ParseJson(text, {.bytes = kQuestionBytes});
  boost::json::object out;
  // A line that is no question is a fault of the test: it ends the program.
  NSL_CHECK(question.has_value());
  const boost::json::object& fields = question->as_object();
  if (auto answer = Answer(fields.at("kind").as_string(), fields)) {
    out["answer"] = *std::move(answer);
  } else {
    out["refused"] = answer.error().detail;
  }
  std::string line;
  AppendJson(out, line);
  return line;
}

}  // namespace
}  // namespace nsl::differential

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << nsl::differential::Line(line) << '\n';
    // The asker waits once it has sent a batch.
    if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
  }
  std::cout.flush();
  return 0;
}
