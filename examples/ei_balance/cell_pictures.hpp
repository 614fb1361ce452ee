// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The report's pictures of who is E and who is I.

#include <equipoise/report/html.hpp>

#include "analysis.hpp"

/// Units in the plane of two features, with the fitted groups; needs waveforms.
auto plane_picture(analysis_result const& r) -> equipoise::report::picture;
/// Mean waveforms by class; needs waveforms.
auto waveform_picture(analysis_result const& r) -> equipoise::report::picture;
