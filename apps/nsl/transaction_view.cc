// SPDX-License-Identifier: Apache-2.0
#include "transaction_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <thread>

#include "wallet_input.h"

namespace nsl::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll{100};
// The system may be starting again; the transaction goes on by itself.
constexpr std::chrono::seconds kPatience{60};

bool Ended(const std::string& state) {
  return state == "confirmed" || state == "expired" || state == "rejected" || state == "cancelled";
}

std::string Shown(const boost::json::value& tx, const std::string& state) {
  return state == "confirmed" ? state + "(" + TextAt(tx, "vmState") + ")" : state;
}

// What belongs to a state, behind its time.
std::string NoteOf(const boost::json::value& tx, const std::string& state) {
  if (state == "received") return TextAt(tx, "id");
  if (state == "simulated") {
    return "fees " + WholeUnits(TextAt(tx, "systemFee"), 8) + " + " +
           WholeUnits(TextAt(tx, "networkFee"), 8) + " GAS";
  }
  if (state == "signed") {
    return TextAt(tx, "hash") + ", valid until block " +
           std::to_string(UintAt(tx, "validUntilBlock"));
  }
  if (state == "cancelled") {
    return "by " + TextAt(ArrayAt(tx, "attempts").back(), "hash") + ", block " +
           std::to_string(UintAt(tx, "block"));
  }
  if (state == "confirmed") return "block " + std::to_string(UintAt(tx, "block"));
  return {};
}

void PrintState(Cli& cli, const boost::json::value& tx, const boost::json::value& step) {
  std::string state = TextAt(step, "state");
  if (cli.json) {
    boost::json::object line{{"state", state}, {"at", TextAt(step, "at")}};
    line["transaction"] = tx;
    return cli.term().Json(line);
  }
  Colour colour = Colour::kNone;
  if (Ended(state)) {
    colour = ExitOfTransaction(tx) == Exit::kOk ? Colour::kGreen : Colour::kRed;
  }
  std::string shown = Shown(tx, state);
  std::string pad(shown.size() < 18 ? 18 - shown.size() : 1, ' ');
  cli.term().Line("  " + TextAt(step, "at") + "  " + cli.term().Paint(colour, shown) + pad +
                  Printable(NoteOf(tx, state), false));
}

}  // namespace

std::string StateText(const boost::json::value& tx) { return Shown(tx, TextAt(tx, "state")); }

Exit ExitOfTransaction(const boost::json::value& tx) {
  const auto* object = tx.if_object();
  const auto* succeeded = object ? object->if_contains("succeeded") : nullptr;
  if (succeeded != nullptr && succeeded->is_bool() && succeeded->get_bool()) return Exit::kOk;
  if (auto reason = TextAt(tx, "reason"); !reason.empty()) return ExitOf(reason, 0);
  return Exit::kUpstream;
}

CliResult<std::string> FollowTransaction(Cli& cli, boost::json::value tx) {
  NSL_TRY(auto* api, cli.Api());
  std::string id = TextAt(tx, "id");
  size_t printed = 0;
  std::string detail;
  auto heard = Clock::now();
  for (;;) {
    const auto& steps = ArrayAt(tx, "states");
    for (; printed < steps.size(); ++printed) PrintState(cli, tx, steps[printed]);
    std::string now = TextAt(tx, "detail");
    if (!now.empty() && now != detail) cli.term().Line("  " + Printable(now, false));
    detail = now;
    if (Ended(TextAt(tx, "state"))) break;
    std::this_thread::sleep_for(kPoll);
    auto next = api->Json({.path = "/v1/transactions/" + id, .timeout_ms = 5'000});
    if (next) {
      tx = std::move(*next);
      heard = Clock::now();
    } else if (next.error().status > 0 && next.error().status < 500 && next.error().status != 429) {
      return std::unexpected(next.error());
    } else if (Clock::now() - heard > kPatience) {
      return FailWith(next.error().reason,
                      next.error().detail +
                          "; the transaction goes on without this command: nsl "
                          "tx watch " +
                          id);
    }
  }
  if (auto exception = TextAt(tx, "exception"); !exception.empty()) {
    cli.term().Line("  " + Printable(exception, false));
  }
  cli.exit = ExitOfTransaction(tx);
  return TextAt(tx, "state");
}

void PrintTransaction(Terminal& term, const boost::json::value& tx) {
  const auto* object = tx.if_object();
  const auto* transfer = object ? object->if_contains("transfer") : nullptr;
  std::vector<std::vector<std::string>> rows{{"transaction", TextAt(tx, "id")},
                                             {"wallet", TextAt(tx, "walletId")},
                                             {"state", StateText(tx)},
                                             {"hash", TextAt(tx, "hash")},
                                             {"system fee", TextAt(tx, "systemFee")},
                                             {"network fee", TextAt(tx, "networkFee")},
                                             {"authorised by", TextAt(tx, "authorisedBy")},
                                             {"allowed by", TextAt(tx, "policy")},
                                             {"evidence", TextAt(tx, "evidence")}};
  if (transfer != nullptr) {
    rows.push_back({"token", TextAt(*transfer, "token")});
    rows.push_back({"to", TextAt(*transfer, "to")});
    rows.push_back({"amount", TextAt(*transfer, "amount")});
  }
  const auto* call = object ? object->if_contains("call") : nullptr;
  if (call != nullptr) {
    rows.push_back({"contract", TextAt(*call, "contract")});
    rows.push_back({"method", Printable(TextAt(*call, "method"), false)});
  }
  for (const char* name : {"reason", "detail", "exception"}) {
    if (auto text = TextAt(tx, name); !text.empty()) rows.push_back({name, Printable(text, false)});
  }
  for (const auto& one : ArrayAt(tx, "attempts")) {
    if (TextAt(one, "kind") != "cancel") continue;
    rows.push_back({"cancellation", TextAt(one, "hash")});
    rows.push_back({"its network fee", TextAt(one, "networkFee")});
  }
  for (const auto& step : ArrayAt(tx, "states")) {
    rows.push_back({TextAt(step, "state"), TextAt(step, "at")});
  }
  term.Table({"FIELD", "VALUE"}, rows);
}

}  // namespace nsl::cli
