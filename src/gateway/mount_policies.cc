// SPDX-License-Identifier: Apache-2.0
#include "gateway/mounts.h"

namespace nsl::gateway {

template void Mount(wallet::PolicyApi&, std::vector<Operation>&);

}  // namespace nsl::gateway
