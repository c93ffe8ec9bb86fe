// Health tests that can be looked at at any time; see <shipflow/verdict/evidence.hpp> for what they share.
#pragma once

#include <shipflow/verdict/count_ratio.hpp>
#include <shipflow/verdict/evidence.hpp>
