// SPDX-License-Identifier: Apache-2.0
//
// Manifest of a contract: what it offers, what it may call and whom it trusts.
//
// Guarantee: reading refuses a field that is missing, unknown or of another kind, features, names
// that repeat and anything above kMaxManifestBytes, with the JSON pointer; ToJson() writes the
// fields in the order of the nodes, so what is read is written to the same value. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "neo/contract_parameter.h"
#include "neo/signer.h"

namespace nsl::neo {

inline constexpr size_t kMaxManifestBytes = 65535;

struct ParameterDefinition {
  std::string name;
  ParameterType type = ParameterType::kAny;
  bool operator==(const ParameterDefinition&) const = default;
};

struct MethodDefinition {
  std::string name;
  std::vector<ParameterDefinition> parameters;
  int32_t offset = 0;
  ParameterType returns = ParameterType::kVoid;
  bool safe = false;
  bool operator==(const MethodDefinition&) const = default;
};

struct EventDefinition {
  std::string name;
  std::vector<ParameterDefinition> parameters;
  bool operator==(const EventDefinition&) const = default;
};

struct ManifestGroup {
  GroupKey key{};
  ByteArray<64> signature{};
  bool operator==(const ManifestGroup&) const = default;
};

// A contract, a group or, with neither, everyone ("*").
struct Peer {
  std::optional<ScriptHash> contract;
  std::optional<GroupKey> group;
  bool operator==(const Peer&) const = default;
};

struct Permission {
  Peer peer;
  // Nothing: every method ("*").
  std::optional<std::vector<std::string>> methods;
  bool operator==(const Permission&) const = default;
};

struct Manifest {
  std::string name;
  std::vector<ManifestGroup> groups;
  std::vector<std::string> standards;
  std::vector<MethodDefinition> methods;
  std::vector<EventDefinition> events;
  std::vector<Permission> permissions;
  // Nothing: everyone ("*").
  std::optional<std::vector<Peer>> trusts = std::vector<Peer>{};
  boost::json::value extra;

  // The method with so many parameters.
  const MethodDefinition* Find(std::string_view method, size_t parameters) const;
  bool operator==(const Manifest&) const = default;
};

Result<Manifest> ParseManifest(std::string_view text);
Result<Manifest> ManifestFromJson(const boost::json::value& json);
boost::json::value ToJson(const Manifest& manifest);

}  // namespace nsl::neo
