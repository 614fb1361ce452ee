// SPDX-License-Identifier: BSL-1.0
// ei_balance: multiscale balance of excitation and inhibition in a spike-sorted recording, from the command line.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <unistd.h>

#include "analysis.hpp"

namespace {

void write(std::string const& path, std::string const& text, char const* what) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw equipoise::error({.where = path, .place = {}, .problem = std::string("the ") + what + " cannot be written", .expected = {}, .found = {}, .advice = "is the folder there, may it be written to, and is there room on the disk?"});
}

/// One line on a terminal that is rewritten, from the first second on; nothing elsewhere.
class progress_line {
 public:
  explicit progress_line(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) != 0) {}
  progress_line(progress_line const&) = delete;
  auto operator=(progress_line const&) -> progress_line& = delete;
  ~progress_line() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
  }
  void operator()(std::string const& what) {
    if (!wanted_ || std::chrono::steady_clock::now() - start_ < std::chrono::milliseconds{300}) return;
    std::fprintf(stderr, "\r\033[K%s …", what.c_str());
    std::fflush(stderr);
    shown_ = true;
  }

 private:
  bool wanted_, shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

auto main(int argc, char** argv) -> int {
  options o;
  if (auto const code = parse(argc, argv, o)) return *code;
  try {
    if (o.info) return print_info(o);
    auto const r = [&] {
      progress_line line(!o.quiet);
      return analyse(o, [&](std::string const& what) { line(what); });
    }();
    if (!o.json.empty()) write(o.json, to_json(r), "JSON");
    if (!o.csv.empty()) write(o.csv, to_csv(r), "table");
    if (!o.report.empty()) write(o.report, to_page(r), "report");
    if (!o.quiet) print(r, o);
    return 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "ei_balance: %s\n", e.what());
    return 1;
  }
}
