// SPDX-License-Identifier: Apache-2.0
//
// Contract files and manifests.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "neo/interop.h"
#include "neo_views.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;
using Rows = std::vector<std::vector<std::string>>;

std::string Joined(const std::vector<std::string>& words, std::string_view none) {
  if (words.empty()) return std::string(none);
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ", ";
    out += Printable(word, false);
  }
  return out;
}

std::string FlagsText(uint8_t flags) {
  constexpr std::pair<neo::CallFlags, std::string_view> kFlags[] = {
      {neo::CallFlags::kReadStates, "ReadStates"},
      {neo::CallFlags::kWriteStates, "WriteStates"},
      {neo::CallFlags::kAllowCall, "AllowCall"},
      {neo::CallFlags::kAllowNotify, "AllowNotify"}};
  if (flags == static_cast<uint8_t>(neo::CallFlags::kAll)) return "All";
  std::vector<std::string> names;
  for (const auto& [flag, name] : kFlags) {
    if ((flags & static_cast<uint8_t>(flag)) != 0) names.emplace_back(name);
  }
  return Joined(names, "None");
}

std::string ParametersText(const std::vector<neo::ParameterDefinition>& parameters) {
  std::string out = "(";
  for (const auto& parameter : parameters) {
    if (out.size() > 1) out += ", ";
    out += Printable(parameter.name, false) + ": " + std::string(TextOf(parameter.type));
  }
  return out + ")";
}

std::string PeerText(const neo::Peer& peer) {
  if (peer.contract) return neo::ToText(*peer.contract);
  return peer.group ? "group " + ToHex(*peer.group) : "*";
}

std::string TrustsText(const neo::Manifest& manifest) {
  if (!manifest.trusts) return "* (everyone)";
  std::vector<std::string> peers;
  for (const neo::Peer& peer : *manifest.trusts) peers.push_back(PeerText(peer));
  return Joined(peers, "nobody");
}

void ShowAbi(Terminal& term, const neo::Manifest& manifest) {
  Rows rows;
  for (const auto& method : manifest.methods) {
    rows.push_back({Printable(method.name, false) + ParametersText(method.parameters),
                    std::string(TextOf(method.returns)), std::to_string(method.offset),
                    method.safe ? "safe" : "-"});
  }
  term.Line();
  term.Table({"METHOD", "RETURNS", "BYTE", "SAFE"}, rows);
  if (manifest.events.empty()) return;
  rows.clear();
  for (const auto& event : manifest.events) {
    rows.push_back({Printable(event.name, false) + ParametersText(event.parameters)});
  }
  term.Line();
  term.Table({"EVENT"}, rows);
}

}  // namespace

void ShowNef(Terminal& term, const neo::Nef& nef, size_t size) {
  term.Table({"FIELD", "VALUE"},
             {{"size", std::to_string(size) + " bytes"},
              {"compiler", Printable(nef.compiler, false)},
              {"source", nef.source.empty() ? "-" : Printable(nef.source, false)},
              {"tokens", std::to_string(nef.tokens.size())},
              {"script", std::to_string(nef.script.size()) + " bytes"},
              {"checksum", std::to_string(neo::ChecksumOf(nef)) + " (good)"}});
  if (nef.tokens.empty()) return;
  Rows rows;
  for (const auto& token : nef.tokens) {
    rows.push_back({std::to_string(rows.size()), neo::ToText(token.contract),
                    Printable(token.method, false), std::to_string(token.parameters),
                    token.returns ? "yes" : "no", FlagsText(token.call_flags)});
  }
  term.Line();
  term.Table({"CALLT", "CONTRACT", "METHOD", "PARAMETERS", "RETURNS", "FLAGS"}, rows);
}

json::object NefJson(const neo::Nef& nef, size_t size) {
  json::array tokens;
  for (const auto& token : nef.tokens) {
    tokens.push_back(json::object{{"contract", neo::ToText(token.contract)},
                                  {"method", token.method},
                                  {"parameters", token.parameters},
                                  {"returns", token.returns},
                                  {"callFlags", FlagsText(token.call_flags)}});
  }
  return {{"size", size},
          {"compiler", nef.compiler},
          {"source", nef.source},
          {"tokens", std::move(tokens)},
          {"script", ToBase64(nef.script)},
          {"checksum", neo::ChecksumOf(nef)}};
}

void ShowManifest(Terminal& term, const neo::Manifest& manifest) {
  Rows rows{{"name", Printable(manifest.name, false)},
            {"standards", Joined(manifest.standards, "-")},
            {"trusts", TrustsText(manifest)}};
  for (const auto& group : manifest.groups) rows.push_back({"group", ToHex(group.key)});
  for (const auto& one : manifest.permissions) {
    rows.push_back({"may call", PeerText(one.peer) + "  " +
                                    (one.methods ? Joined(*one.methods, "no method") : "*")});
  }
  if (!manifest.extra.is_null()) {
    rows.push_back({"extra", Printable(json::serialize(manifest.extra), false)});
  }
  term.Table({"FIELD", "VALUE"}, rows);
  ShowAbi(term, manifest);
}

}  // namespace nsl::cli
