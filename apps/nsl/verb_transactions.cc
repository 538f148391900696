// SPDX-License-Identifier: Apache-2.0
//
// transactions (tx) list show watch cancel.
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
  NSL_TRY_VOID(FollowTransaction(cli, std::move(tx)));
  return {};
}

struct CancelOptions {
  std::string id;
  bool no_follow = false;
};

// What was wanted is that it does not land: that is exit 0 here.
CliStatus Cancel(Cli& cli, const CancelOptions& options) {
  NSL_TRY_VOID(Fetch(cli, options.id));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto tx, api->Json({.method = "POST",
                              .path = "/v1/transactions/" + options.id + ":cancel",
                              .timeout_ms = 35'000}));
  if (options.no_follow) {
    if (cli.json) return cli.term().Json(tx), CliStatus();
    PrintTransaction(cli.term(), tx);
    return {};
  }
  NSL_TRY(std::string state, FollowTransaction(cli, std::move(tx)));
  cli.exit = state == "cancelled" || state == "expired" ? Exit::kOk : Exit::kConflict;
  return {};
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
  auto cancel = std::make_shared<CancelOptions>();
  CLI::App& verb =
      AddVerb(group, cli, "cancel", "Send one that conflicts with it and wait which of them lands",
              [&cli, cancel] { return Cancel(cli, *cancel); });
  verb.add_option("transaction", cancel->id, "tx_…")->required();
  verb.add_flag("--no-follow", cancel->no_follow, "Return once it was sent");
}

}  // namespace nsl::cli
