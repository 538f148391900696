// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <charconv>
#include <fstream>
#include <sstream>

#include "chain/node_pool.h"
#include "config_reader.h"
#include "net/address_guard.h"

namespace nsl::host {
namespace {

constexpr size_t kMaxFile = 1 << 20;
constexpr uint64_t kMaxUid = UINT32_MAX - 1;

void ReadListen(ConfigReader& reader, std::string_view key, ListenAddress& out) {
  std::string text;
  reader.Text(key, text);
  if (text.empty()) return;
  Result<ListenAddress> address = ParseListenAddress(text);
  if (address) {
    out = std::move(*address);
  } else {
    reader.Refuse(key, address.error().detail);
  }
}

void ReadPath(ConfigReader& reader, std::string_view key, std::string& out) {
  bool given = reader.Has(key);
  reader.Text(key, out);
  if (!given) {
    reader.Refuse(key, "is missing");
  } else if (!out.empty() && out.front() != '/') {
    reader.Refuse(key, "is an absolute path");
  }
}

void ReadUid(ConfigReader& reader, std::string_view key, std::optional<uint32_t>& out) {
  uint64_t value = 0;
  reader.Integer(key, 0, kMaxUid, value);
  if (reader.Has(key)) out = static_cast<uint32_t>(value);
}

void ReadChain(ConfigReader reader, ChainConfig& out) {
  reader.Text("network", out.network);
  uint64_t magic = out.magic;
  reader.Integer("magic", 0, UINT32_MAX, magic);
  out.magic = static_cast<uint32_t>(magic);
  reader.Texts("nodes", chain::NodePool::kMaxNodes, out.nodes);
  for (const std::string& url : out.nodes) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      reader.Refuse("nodes", "are http:// or https:// addresses, not '" + url + "'");
    }
  }
}

void ReadLimits(ConfigReader reader, HostConfig& out) {
  for (const gateway::LimitRow& row : gateway::kGatewayLimits) {
    reader.Integer(row.name, row.minimum, row.maximum, out.gateway_limits.*row.member);
  }
  for (const HostLimitRow& row : kHostLimits) {
    reader.Integer(row.name, row.minimum, row.maximum, out.limits.*row.member);
  }
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  auto refuse = [] {
    return Fail(Reason::kPlatformConfig,
                "is a numeric address and a port, for example \"127.0.0.1:8080\" or \"[::1]:0\"");
  };
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  std::string_view port = text.substr(colon + 1);
  bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return refuse();
  ListenAddress out;
  out.address = host;
  auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  bool numeric = net::Classify(host).has_value();
  if (!numeric || failed != std::errc() || end != port.data() + port.size()) return refuse();
  return out;
}

Result<HostConfig> ParseConfig(std::string_view text, const std::string& name) {
  NSL_TRY(ConfigReader reader, ConfigReader::Parse(text, name));
  HostConfig out;
  ReadListen(reader, "listen", out.listen);
  ReadListen(reader, "metrics_listen", out.metrics_listen);
  ReadPath(reader, "data_dir", out.data_dir);
  ReadPath(reader, "vault_socket", out.vault_socket);
  ReadPath(reader, "runner_socket", out.runner_socket);
  ReadPath(reader, "relay_socket", out.relay_socket);
  ReadUid(reader, "vault_uid", out.vault_uid);
  ReadUid(reader, "runner_uid", out.runner_uid);
  ReadChain(reader.Table("chain"), out.chain);
  ReadLimits(reader.Table("limits"), out);
  NSL_TRY_VOID(reader.Finish());
  return out;
}

Result<HostConfig> ReadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(Reason::kPlatformConfig, "cannot read the configuration '" + path + "'");
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().size() > kMaxFile) {
    return Fail(Reason::kPlatformConfig, "'" + path + "' is larger than 1 MiB");
  }
  return ParseConfig(text.str(), path);
}

}  // namespace nsl::host
