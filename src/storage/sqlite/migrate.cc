// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/migrate.h"

#include <algorithm>
#include <map>
#include <set>

namespace nsl::storage {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS nsl_migrations ("
    "room TEXT NOT NULL, position BIGINT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, "
    "applied_ms BIGINT NOT NULL, PRIMARY KEY (room, position))";

struct Applied {
  std::string name;
  std::string text;
};
using AppliedByRoom = std::map<std::string, std::vector<Applied>>;

Result<AppliedByRoom> Load(Connection& connection) {
  NSL_TRY(Rows rows, connection.Select(Statement(
                         "SELECT room, name, text FROM nsl_migrations ORDER BY room, position")));
  AppliedByRoom applied;
  for (size_t i = 0; i < rows.size(); ++i) {
    applied[rows[i].Text(0)].push_back({rows[i].Text(1), rows[i].Text(2)});
  }
  return applied;
}

Status CheckRoom(const RoomMigrations& room, const std::vector<Applied>& applied) {
  if (applied.size() > room.migrations.size()) {
    return Fail(Reason::kPlatformConfig, "the database is newer than this program: room '" +
                                             room.room + "' has the migration '" +
                                             applied[room.migrations.size()].name +
                                             "'; start the newer program or restore a backup");
  }
  for (size_t i = 0; i < applied.size(); ++i) {
    const Migration& known = room.migrations[i];
    if (applied[i].name != known.name || applied[i].text != known.sql) {
      return Fail(Reason::kPlatformConfig,
                  "the applied migration '" + applied[i].name + "' of room '" + room.room +
                      "' differs from this program's '" + known.name +
                      "'; an applied migration never changes, add a new one");
    }
  }
  return {};
}

Status Apply(Connection& connection, const std::string& room, size_t position,
             const Migration& migration, UnixMillis now_ms) {
  NSL_TRY_VOID(connection.Exec("BEGIN IMMEDIATE"));
  Status ran = connection.Exec(migration.sql);
  if (!ran) {
    return Fail(ran.error().reason, "migration '" + migration.name + "' of room '" + room +
                                        "' failed: " + ran.error().detail);
  }
  if (!connection.in_transaction()) {
    return Fail(Reason::kPlatformConfig, "migration '" + migration.name + "' of room '" + room +
                                             "' ends its own transaction");
  }
  auto noted = connection.Run(
      Statement("INSERT INTO nsl_migrations (room, position, name, text, applied_ms) "
                "VALUES (?, ?, ?, ?, ?)",
                {room, static_cast<int64_t>(position), migration.name, migration.sql, now_ms}));
  if (!noted) return Fail(noted.error());
  return connection.Exec("COMMIT");
}

}  // namespace

Status ApplyMigrations(Connection& connection, const std::vector<RoomMigrations>& rooms,
                       UnixMillis now_ms) {
  NSL_TRY_VOID(connection.Exec(kTable));
  NSL_TRY(AppliedByRoom applied, Load(connection));
  std::set<std::string> known;
  // All checks come before the first change: a refusal leaves the database as it was.
  for (const RoomMigrations& room : rooms) {
    if (!known.insert(room.room).second) {
      return Fail(Reason::kPlatformConfig, "room '" + room.room + "' is registered twice");
    }
    NSL_TRY_VOID(CheckRoom(room, applied[room.room]));
  }
  for (const auto& [room, list] : applied) {
    if (!list.empty() && !known.contains(room)) {
      return Fail(Reason::kPlatformConfig,
                  "the database is newer than this program: it has the "
                  "unknown room '" +
                      room + "'");
    }
  }
  for (const RoomMigrations& room : rooms) {
    for (size_t i = applied[room.room].size(); i < room.migrations.size(); ++i) {
      NSL_TRY_VOID(Apply(connection, room.room, i, room.migrations[i], now_ms));
    }
  }
  return {};
}

}  // namespace nsl::storage
