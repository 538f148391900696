// SPDX-License-Identifier: Apache-2.0
#include "neo/manifest.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

json::value Text(std::string_view text) { return json::string(text.data(), text.size()); }

json::value PeerJson(const Peer& peer) {
  if (peer.contract) return Text(ToText(*peer.contract));
  return peer.group ? Text(ToHex(*peer.group)) : Text("*");
}

json::array ParametersJson(const std::vector<ParameterDefinition>& parameters) {
  json::array out;
  for (const ParameterDefinition& p : parameters) {
    out.push_back(json::object{{"name", Text(p.name)}, {"type", Text(TextOf(p.type))}});
  }
  return out;
}

json::object AbiJson(const Manifest& m) {
  json::array methods;
  for (const MethodDefinition& one : m.methods) {
    methods.push_back(json::object{{"name", Text(one.name)},
                                   {"parameters", ParametersJson(one.parameters)},
                                   {"offset", one.offset},
                                   {"returntype", Text(TextOf(one.returns))},
                                   {"safe", one.safe}});
  }
  json::array events;
  for (const EventDefinition& one : m.events) {
    events.push_back(
        json::object{{"name", Text(one.name)}, {"parameters", ParametersJson(one.parameters)}});
  }
  return {{"methods", std::move(methods)}, {"events", std::move(events)}};
}

json::value PermissionsJson(const Manifest& m) {
  json::array out;
  for (const Permission& one : m.permissions) {
    json::value methods = Text("*");
    if (one.methods) {
      json::array list;
      for (const std::string& method : *one.methods) list.push_back(Text(method));
      methods = std::move(list);
    }
    out.push_back(json::object{{"contract", PeerJson(one.peer)}, {"methods", std::move(methods)}});
  }
  return out;
}

}  // namespace

json::value ToJson(const Manifest& m) {
  json::array groups;
  for (const ManifestGroup& group : m.groups) {
    groups.push_back(json::object{{"pubkey", Text(ToHex(group.key))},
                                  {"signature", Text(ToBase64(group.signature))}});
  }
  json::array standards;
  for (const std::string& standard : m.standards) standards.push_back(Text(standard));
  json::value trusts = Text("*");
  if (m.trusts) {
    json::array list;
    for (const Peer& peer : *m.trusts) list.push_back(PeerJson(peer));
    trusts = std::move(list);
  }
  return json::object{{"name", Text(m.name)},        {"groups", std::move(groups)},
                      {"features", json::object()},  {"supportedstandards", std::move(standards)},
                      {"abi", AbiJson(m)},           {"permissions", PermissionsJson(m)},
                      {"trusts", std::move(trusts)}, {"extra", m.extra}};
}

}  // namespace nsl::neo
