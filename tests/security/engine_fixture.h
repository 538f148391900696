// SPDX-License-Identifier: Apache-2.0
// A fresh confined worker per case, with and without the just-in-time compilers.
#pragma once

#include "worker_driver.h"

namespace nsl::testing {

using sandbox::FrameType;

// J7: everything holds without the just-in-time compilers as well.
class Engine : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string why;
    zygote_ = SharedZygote(why, GetParam());
    if (!why.empty()) GTEST_SKIP() << why;
    ASSERT_NE(zygote_, nullptr);
  }
  Driver Fresh() { return Driver(MakeBlank(*zygote_)); }
  // Loads a handler body and gives the answer of one call.
  Message RunOnce(const std::string& body, const std::string& data = "null") {
    Driver driver = Fresh();
    Message ready = driver.Load("export async function handler(event, ctx) {" + body + "}");
    EXPECT_EQ(ready.type, FrameType::kReady) << ready.body;
    return driver.Ask(data);
  }
  sandbox::Zygote* zygote_ = nullptr;
};

}  // namespace nsl::testing
