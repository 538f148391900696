// SPDX-License-Identifier: Apache-2.0
//
// The receipt file: what `nsl receipt` writes and `nsl receipt verify` proves offline.
//
// Guarantee: there is exactly one file for a receipt and its salt. Verifying parses, renders again
// and requires equal bytes, so a file that differs in any byte from what was written is refused;
// then the proof itself is checked (function_runner/receipt_verify.h). The decoded view in the file
// is made from the signed bytes, never read back. The salt is not signed: a checksum guards it
// against damage, and --input or --output prove it.
#pragma once

#include <string>
#include <string_view>

#include "cli_error.h"
#include "function_runner/receipt_verify.h"
#include "orchestrator/api.h"

namespace nsl::cli {

inline constexpr std::string_view kReceiptFormat = "nsl/receipt-file/1";
inline constexpr size_t kReceiptFileBytes = 1 << 20;

// receipt.invalid when leaf or root are not what the format says.
CliResult<std::string> RenderReceiptFile(const orchestrator::OpenReceipt& receipt);
// receipt.invalid names the step that failed.
CliResult<orchestrator::OpenReceipt> ParseReceiptFile(std::string_view text);

// The pin a receipt is judged against.
struct ReceiptTrust {
  Bytes root_der;
  bool simulated = false;
};
// Views borrow from `receipt`. Every failure is receipt.invalid and names the step.
CliResult<function_runner::VerifiedReceipt> ProveReceipt(const orchestrator::OpenReceipt& receipt,
                                                         const ReceiptTrust& trust);

}  // namespace nsl::cli
