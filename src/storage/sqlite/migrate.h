// SPDX-License-Identifier: Apache-2.0
//
// Applies migrations on the writer's connection. The table of applied ones keeps their text, so
// that a changed text is found exactly and an operator can see what built the database.
#pragma once

#include "base/clock.h"
#include "storage/sqlite/connection.h"

namespace nsl::storage {

Status ApplyMigrations(Connection& connection, const std::vector<RoomMigrations>& rooms,
                       UnixMillis now_ms);

}  // namespace nsl::storage
