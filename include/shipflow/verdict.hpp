// Health tests that can be looked at at any time; <shipflow/verdict/evidence.hpp> says what they share.
#pragma once

#include <shipflow/verdict/bounded_mean.hpp>
#include <shipflow/verdict/bucket_ratio.hpp>
#include <shipflow/verdict/calibration.hpp>
#include <shipflow/verdict/count_ratio.hpp>
#include <shipflow/verdict/evidence.hpp>
#include <shipflow/verdict/forecast.hpp>
#include <shipflow/verdict/gate.hpp>
#include <shipflow/verdict/peer_rank.hpp>
