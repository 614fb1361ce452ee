// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a checkpoint says of its recording beside the state, so that parts can be merged where the recording is not.

#include <string>

#include "analysis.hpp"

/// The note of a checkpoint: the setup and what is known of the recording, as JSON. `extent`: of the whole recording; empty if it is not known.
auto note_of(analysis_result const& r, setup const& how, equipoise::window<std::chrono::nanoseconds> extent) -> std::string;

/// ei_balance merge PART…: parts of one recording, each a checkpoint, as one result. Without the recording there are no pictures of single units.
///
/// Errors   `error` for files that are no checkpoints of ei_balance, damaged, of different recordings or setups, or that share time
auto merged(options const& o) -> analysis_result;
