// SPDX-License-Identifier: Apache-2.0
//
// The OpenAPI 3.1 document of mounted operations, and the page that shows it. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/operation.h"

namespace nsl::gateway {

std::string OpenApiDocument(const std::vector<Operation>& operations, std::string_view release);

struct DocsPage {
  std::string html;
  // Allows exactly the script and style of this page, and fetching the document.
  std::string content_security_policy;
};
// One self-contained page: no resource of another origin.
DocsPage MakeDocsPage();

}  // namespace nsl::gateway
