// SPDX-License-Identifier: Apache-2.0
//
// Projects and API keys. Objects of other tenants answer not_found. One thread.
#pragma once

#include "account/context.h"

namespace nsl::account {

class Projects {
 public:
  explicit Projects(Shared& shared) : shared_(shared) {}

  Task<Result<Me>> GetMe(CallContext context, rpc::Empty);
  Task<Result<Project>> CreateProject(CallContext context, CreateProjectRequest request);
  Task<Result<ProjectList>> ListProjects(CallContext context, rpc::Empty);
  Task<Result<Project>> GetProject(CallContext context, ProjectRef request);
  Task<Result<ApiKey>> CreateKey(CallContext context, CreateKeyRequest request);
  Task<Result<KeyList>> ListKeys(CallContext context, ProjectRef request);
  Task<Result<rpc::Empty>> DeleteKey(CallContext context, KeyRef request);

 private:
  Task<Result<std::vector<Project>>> ProjectsOf(Caller caller);
  // The project, when the caller may do this in it.
  Task<Result<Stored<ProjectRow>>> Open(Caller caller, std::string project_id, std::string scope);

  Shared& shared_;
};

}  // namespace nsl::account
