// SPDX-License-Identifier: Apache-2.0
//
// transactions (tx) list show watch.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

#include "base/ids.h"
#include "cli.h"
#include "transaction_view.h"

namespace nsl::cli {
namespace {

struct ListOptions {
  uint32_t limit = 50;
  std::string cursor;
};

CliResult<boost::json::value> Fetch(Cli& cli, const std::string& id) {
  if (!IsId(kTransactionId, id)) {
    return Usage("'" + id + "' is not a transaction id (tx_ and 26 characters)");
  }
  NSL_TRY(auto* api, cli.Api());
  return api->Json({.path = "/v1/transactions/" + id});
}

CliStatus List(Cli& cli, const ListOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  std::string path =
      "/v1/projects/" + UrlEncode(project) + "/transactions?limit=" + std::to_string(options.limit);
  if (!options.cursor.empty()) path += "&cursor=" + UrlEncode(options.cursor);
  NSL_TRY(auto list, api->Json({.path = path}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& tx : ArrayAt(list, "items")) {
    rows.push_back({TextAt(tx, "id"), TextAt(tx, "walletId"), StateText(tx), TextAt(tx, "hash"),
                    TextAt(tx, "createdAt")});
  }
  cli.term().Table({"TRANSACTION", "WALLET", "STATE", "HASH", "CREATED"}, rows);
  if (auto cursor = TextAt(list, "cursor"); !cursor.empty()) {
    cli.term().Line("more: --cursor " + cursor);
  }
  return {};
}

CliStatus Show(Cli& cli, const std::string& id) {
  NSL_TRY(auto tx, Fetch(cli, id));
  if (cli.json) return cli.term().Json(tx), CliStatus();
  PrintTransaction(cli.term(), tx);
  return {};
}

CliStatus Watch(Cli& cli, const std::string& id) {
  NSL_TRY(auto tx, Fetch(cli, id));
  return FollowTransaction(cli, std::move(tx));
}

}  // namespace

void AddTransactionVerbs(CLI::App& root, Cli& cli) {
  CLI::App& group = AddGroup(root, cli, "transactions", "Transactions of a project (alias tx)");
  group.alias("tx");
  auto options = std::make_shared<ListOptions>();
  CLI::App& list = AddProjectVerb(group, cli, "list", "Transactions of the project, newest first",
                                  [&cli, options] { return List(cli, *options); });
  list.add_option("--limit", options->limit, "Rows, at most 500")->capture_default_str();
  list.add_option("--cursor", options->cursor, "Continue after a page");
  auto id = std::make_shared<std::string>();
  AddVerb(group, cli, "show", "One transaction", [&cli, id] { return Show(cli, *id); })
      .add_option("transaction", *id, "tx_…")
      ->required();
  AddVerb(group, cli, "watch", "Its states until it has ended; --json: one document per state",
          [&cli, id] { return Watch(cli, *id); })
      .add_option("transaction", *id, "tx_…")
      ->required();
}

}  // namespace nsl::cli
