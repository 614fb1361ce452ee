// SPDX-License-Identifier: BSL-1.0
#pragma once
// Files and model waveforms that several tests of this folder use.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <equipoise/spikes/recording.hpp>

namespace fixtures {

/// A two-dimensional float32 .npy file of version 1, C or Fortran order, which is what the fixtures are.
inline auto read_waveforms(std::string const& path, double rate_hz) -> equipoise::waveform_table {
  std::ifstream in(path, std::ios::binary);
  std::string const bytes((std::istreambuf_iterator<char>(in)), {});
  if (bytes.size() < 64 || bytes.substr(1, 5) != "NUMPY" || bytes[6] != 1) throw std::runtime_error("fixture not readable: " + path);
  auto const header = bytes.substr(10, static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]));
  if (header.find("'<f4'") == std::string::npos) throw std::runtime_error("fixture of another kind: " + path);
  auto const shape = header.substr(header.find('(') + 1);
  auto const units = std::stoul(shape), samples = std::stoul(shape.substr(shape.find(',') + 1));
  if (bytes.size() != 10 + header.size() + units * samples * sizeof(float)) throw std::runtime_error("fixture of another length: " + path);
  std::vector<float> values(units * samples);
  std::memcpy(values.data(), bytes.data() + 10 + header.size(), values.size() * sizeof(float));
  equipoise::waveform_table table{.values = values, .samples = samples, .rate_hz = rate_hz};
  if (header.find("'fortran_order': True") != std::string::npos)
    for (std::size_t k = 0; k < values.size(); ++k) table.values[k % units * samples + k / units] = values[k];
  return table;
}

/// A vector of integers of type C in an .npy file of version 1.
template <class C>
auto read_integers(std::string const& path, std::string const& descr) -> std::vector<std::int64_t> {
  std::ifstream in(path, std::ios::binary);
  std::string const bytes((std::istreambuf_iterator<char>(in)), {});
  auto const at = bytes.size() < 10 ? std::size_t{0} : 10 + static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  if (at == 0 || bytes.substr(1, 5) != "NUMPY" || bytes[6] != 1 || bytes.find("'" + descr + "'") > at) throw std::runtime_error("fixture not readable: " + path);
  std::vector<C> raw((bytes.size() - at) / sizeof(C));
  std::memcpy(raw.data(), bytes.data() + at, raw.size() * sizeof(C));
  return {raw.begin(), raw.end()};
}
/// Times and units of the reference recording.
inline auto read_spikes(std::string const& times, std::string const& units) -> std::vector<std::pair<std::int64_t, std::int64_t>> {
  auto const at = read_integers<std::int64_t>(times, "<i8"), unit = read_integers<std::int32_t>(units, "<i4");
  if (at.size() != unit.size()) throw std::runtime_error("fixtures of different length");
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (std::size_t k = 0; k < at.size(); ++k) all.emplace_back(at[k], unit[k]);
  return all;
}

/// Rows of a comma-separated file without its first line.
inline auto read_rows(std::string const& path) -> std::vector<std::vector<std::string>> {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("fixture not readable: " + path);
  std::vector<std::vector<std::string>> rows;
  std::string line, field;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    rows.emplace_back();
    while (std::getline(fields, field, ',')) rows.back().push_back(field);
  }
  return rows;
}

/// All numbers of a comma-separated file, row by row, from a line on.
inline auto read_numbers(std::string const& path, std::size_t first_line) -> std::vector<double> {
  std::ifstream in(path);
  std::vector<double> out;
  std::string line, field;
  for (std::size_t k = 0; std::getline(in, line); ++k)
    if (std::istringstream fields(line); k >= first_line)
      while (std::getline(fields, field, ',')) out.push_back(std::stod(field));
  if (out.empty()) throw std::runtime_error("fixture not readable: " + path);
  return out;
}

/// w(t) = height · (−exp(−t²/2σ₁²) + A exp(−(t − t_p)²/2σ₂²)) + offset, the trough at `at_ms` from the first sample.
struct model {
  double sigma1 = 0.1, sigma2 = 0.2, tp = 1.0, A = 0.3, height = 100, offset = 0, at_ms = 1.0, end_ms = 1.0 + 1.0 + 0.9;

  [[nodiscard]] auto operator()(double t) const -> double {
    auto const a = t / sigma1, b = (t - tp) / sigma2;
    return height * (-std::exp(-a * a / 2) + A * std::exp(-b * b / 2)) + offset;
  }
  [[nodiscard]] auto slope(double t) const -> double {
    auto const a = t / sigma1, b = (t - tp) / sigma2;
    return height * (a / sigma1 * std::exp(-a * a / 2) - A * b / sigma2 * std::exp(-b * b / 2));
  }
  [[nodiscard]] auto sampled(double rate_hz) const -> std::vector<float> {
    std::vector<float> w;
    for (double t = 0; t <= end_ms; t = static_cast<double>(w.size()) * 1e3 / rate_hz) w.push_back(static_cast<float>((*this)(t - at_ms)));
    return w;
  }
};

/// Where f changes sign between a and b.
template <class F>
auto root(F f, double a, double b) -> double {
  auto const below = f(a) < 0;
  for (int k = 0; k < 100; ++k) {
    auto const middle = (a + b) / 2;
    ((f(middle) < 0) == below ? a : b) = middle;
  }
  return (a + b) / 2;
}

}  // namespace fixtures
