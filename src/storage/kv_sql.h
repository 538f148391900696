// SPDX-License-Identifier: Apache-2.0
//
// The SQL of the key-value store, apart from its checks. The quota row of a project is changed
// before its entries, so that the size of what is replaced can still be read.
#pragma once

#include "storage/kv.h"

namespace nsl::storage {

// Rows cost more than their bytes; this much is charged on top of key and value.
inline constexpr int64_t kKvEntryOverhead = 64;
// A caller's version may not run ahead further than this, so that a project cannot be driven to
// the end of the integers in one step.
inline constexpr int64_t kKvMaxVersionStep = int64_t{1} << 32;

Statement KvEnsureProject(const KvScope& scope);
// `index` is the operation's place in its batch, for the error's pointer.
void AppendKvPut(std::vector<Statement>& out, const KvScope& scope, KvOperation operation,
                 size_t index, int64_t default_quota, UnixMillis now);
void AppendKvDelete(std::vector<Statement>& out, const KvScope& scope, KvOperation operation,
                    size_t index);
Statement KvGet(const KvScope& scope, Bytes key);
// Keys from `from` (exclusive when `after`) with the prefix.
Statement KvList(const KvScope& scope, const Bytes& prefix, Bytes from, bool after, size_t limit,
                 bool with_values);

}  // namespace nsl::storage
