// SPDX-License-Identifier: Apache-2.0
//
// Deploying a folder and calling a function, as `nsl deploy`, `nsl invoke` and `nsl demo` do it.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "cli.h"
#include "manifest_file.h"

namespace nsl::cli {

// Times a step and shows it.
class Stopwatch {
 public:
  Stopwatch(Terminal& term, std::string what);
  // Shows the step once; a watch that ends without Done() shows a failure.
  std::chrono::milliseconds Done(std::string_view note = {});
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::chrono::milliseconds Took() const;
  Terminal& term_;
  std::string what_;
  std::chrono::steady_clock::time_point start_;
  bool shown_ = false;
};

struct Deployed {
  std::string function_id;
  bool created = false;
  std::string code_hash;
  // The Version of the API.
  boost::json::value version;
};
// Creates the function when the project has none of that name. A build error carries place, source
// line and caret in its detail.
CliResult<Deployed> DeployFolder(Cli& cli, const std::string& folder);

struct Invocation {
  std::string run_id;
  // JSON text; empty while the run is running.
  std::string result;
  // It took longer than `wait` and goes on.
  bool running = false;
};
struct InvokeOptions {
  std::string function = {};
  // JSON text of event.data.
  std::string data = "null";
  std::string alias = {};
  bool keep = true;
  // "30s" or "500ms"; empty: until it ends.
  std::string wait = {};
};
// The error of a failed run names the run.
CliResult<Invocation> Invoke(Cli& cli, const InvokeOptions& options);

// The detail of a function.build refusal with the source line and a caret under the column, when
// the detail begins with "file:line:column" of one of the files.
std::string WithSourceLine(const std::string& detail, const FunctionFolder& folder);

}  // namespace nsl::cli
