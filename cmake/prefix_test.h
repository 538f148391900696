// SPDX-License-Identifier: Apache-2.0
// The prefix of the test programs: what sources share, and the test library.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prefix.h"
