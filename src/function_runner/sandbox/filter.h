// SPDX-License-Identifier: Apache-2.0
//
// The system call filter of workers: an allow-list that kills on everything it does not know.
//
// Lists after measurements with the engines (22 calls are enough once a worker runs); calls that a
// library makes in passing and survives without answer EPERM instead of ending the process.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace nsl::sandbox {

std::vector<sock_filter> WorkerFilter(bool executable_memory);
// 0, or the errno of the refusal. Needs no_new_privs or CAP_SYS_ADMIN.
int InstallFilter(const std::vector<sock_filter>& program);

}  // namespace nsl::sandbox
