// SPDX-License-Identifier: Apache-2.0
#include "deploy.h"

#include <algorithm>
#include <charconv>

#include "base/codec.h"

namespace nsl::cli {
namespace {

namespace fr = function_runner;

struct DeployBody {
  fr::Manifest manifest;
  std::vector<fr::SourceFile> files;
};
BOOST_DESCRIBE_STRUCT(DeployBody, (), (manifest, files))

struct CreateBody {
  std::string name;
  std::string runtime;
};
BOOST_DESCRIBE_STRUCT(CreateBody, (), (name, runtime))

// Longer lines (bundled code) are cut around the column.
constexpr size_t kShownColumns = 100;

CliStatus FindOrCreate(Cli& cli, const fr::Manifest& manifest, Deployed& out) {
  auto known = cli.FunctionId(manifest.name);
  if (known) {
    out.function_id = *known;
    return {};
  }
  if (known.error().reason != "not_found") return std::unexpected(std::move(known.error()));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  CreateBody body{.name = manifest.name, .runtime = manifest.runtime};
  NSL_TRY(auto made, api->Json({.method = "POST",
                                .path = "/v1/projects/" + UrlEncode(project) + "/functions",
                                .body = ToJson(body)}));
  out.function_id = TextAt(made, "id");
  out.created = true;
  return {};
}

std::string LineOf(std::string_view text, size_t line) {
  for (size_t at = 1; at < line; ++at) {
    size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view found = text.substr(0, text.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return std::string(found);
}

// "path:line:column" at the start of `text`.
bool ParsePlace(std::string_view text, const fr::SourceFile& file, size_t& line, size_t& column) {
  if (!text.starts_with(file.path + ":")) return false;
  const char* at = text.data() + file.path.size() + 1;
  const char* end = text.data() + text.size();
  auto first = std::from_chars(at, end, line);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return false;
  auto second = std::from_chars(first.ptr + 1, end, column);
  return second.ec == std::errc() && line > 0 && column > 0;
}

std::string Caret(std::string source, size_t column) {
  std::ranges::replace(source, '\t', ' ');
  if (column > kShownColumns) {
    size_t cut = column - kShownColumns / 2;
    source.erase(0, cut);
    column -= cut;
  }
  source.resize(std::min(source.size(), kShownColumns));
  return "  | " + source + "\n  | " + std::string(column - 1, ' ') + "^";
}

}  // namespace

Stopwatch::Stopwatch(Terminal& term, std::string what)
    : term_(term), what_(std::move(what)), start_(std::chrono::steady_clock::now()) {
  term_.StepStart(what_);
}

std::chrono::milliseconds Stopwatch::Took() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start_);
}

std::chrono::milliseconds Stopwatch::Done(std::string_view note) {
  auto took = Took();
  term_.StepEnd(what_, took, true, note);
  shown_ = true;
  return took;
}

Stopwatch::~Stopwatch() {
  if (!shown_) term_.StepEnd(what_, Took(), false);
}

std::string WithSourceLine(const std::string& detail, const FunctionFolder& folder) {
  for (const auto& file : folder.files) {
    size_t line = 0;
    size_t column = 0;
    if (!ParsePlace(detail, file, line, column)) continue;
    std::string source = LineOf(AsText(file.content), line);
    if (source.empty() || column > source.size() + 1) return detail;
    return detail + "\n" + Caret(std::move(source), column);
  }
  return detail;
}

CliResult<Deployed> DeployFolder(Cli& cli, const std::string& folder) {
  Deployed out;
  Stopwatch collect(cli.term(), "collect files");
  NSL_TRY(auto source, ReadFunctionFolder(folder));
  out.code_hash = CodeHashText(source);
  collect.Done(std::to_string(source.files.size()) + " files, " + HumanBytes(source.bytes));

  Stopwatch find(cli.term(), "find function");
  NSL_TRY_VOID(FindOrCreate(cli, source.manifest, out));
  find.Done(out.created ? "created " + out.function_id : out.function_id);

  Stopwatch build(cli.term(), "build, check, grant, store");
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  DeployBody body{.manifest = source.manifest, .files = source.files};
  // The query is what the signature commits to: the vault grants this code in this project alone.
  auto version = api->Json({.method = "POST",
                            .path = "/v1/functions/" + out.function_id + "/versions?project=" +
                                    UrlEncode(project) + "&codeHash=" + out.code_hash,
                            .body = ToJson(body),
                            .timeout_ms = 70'000});
  if (!version) {
    if (version.error().reason == "function.build") {
      version.error().detail = WithSourceLine(version.error().detail, source);
    }
    return std::unexpected(std::move(version.error()));
  }
  out.version = *std::move(version);
  if (std::string stored = TextAt(out.version, "codeHash"); stored != out.code_hash) {
    return FailWith("platform.integrity", "the platform stored code hash " + stored +
                                              ", this folder is " + out.code_hash +
                                              ": it did not store what was sent");
  }
  build.Done(TextAt(out.version, "id"));
  return out;
}

CliResult<Invocation> Invoke(Cli& cli, const InvokeOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto function, cli.FunctionId(options.function));
  std::string path = "/v1/functions/" + function + ":invoke";
  std::string query;
  if (options.keep) query += "keep=1";
  if (!options.alias.empty())
    query += (query.empty() ? "" : "&") + ("alias=" + UrlEncode(options.alias));
  if (!options.wait.empty()) {
    query += (query.empty() ? "" : "&") + ("wait=" + UrlEncode(options.wait));
  }
  if (!query.empty()) path += "?" + query;
  // Longer than the longest run, so that its own limit is what ends it.
  NSL_TRY(auto response, api->Send({.method = "POST",
                                    .path = path,
                                    .body = options.data,
                                    .bearer = true,
                                    .timeout_ms = 910'000}));
  Invocation out{
      .run_id = response.Header("x-run-id"), .result = {}, .running = response.status == 202};
  if (!out.running) out.result = std::move(response.body);
  return out;
}

}  // namespace nsl::cli
