// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Six correlograms of 101 bins, and what CellExplorer's convolution made of them (tests/data/golden/PROVENANCE.md).

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace equipoise::testing {

/// The columns of golden/cch_conv_<name>.csv.
inline auto convolution_golden(std::string const& name) -> std::vector<std::vector<double>> {
  std::ifstream in(EQUIPOISE_TEST_DATA "/golden/cch_conv_" + name + ".csv");
  std::vector<std::vector<double>> columns(6);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string field;
    for (auto& c : columns) {
      if (!std::getline(fields, field, ',')) throw std::runtime_error("a row of cch_conv_" + name + " is short");
      c.push_back(std::stod(field));
    }
  }
  if (columns[0].size() != 101) throw std::runtime_error("cch_conv_" + name + " has not 101 rows");
  return columns;
}

}  // namespace equipoise::testing
