// SPDX-License-Identifier: BSL-1.0
// ei_balance: multiscale balance of excitation and inhibition in a spike-sorted recording, from the command line.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <unistd.h>

#include "analysis.hpp"
#include "parts.hpp"

namespace {

[[noreturn]] void refuse(std::string const& path, char const* what, int why) {
  throw equipoise::error({.where = path == "-" ? "standard output" : path, .place = {}, .problem = std::string("the ") + what + " cannot be written" + (why == 0 ? "" : std::string(": ") + std::strerror(why)), .expected = {}, .found = {}, .advice = "is the folder there, may it be written to, and is there room on the disk?"});
}

void write(std::string const& path, std::string const& text, char const* what) {
  errno = 0;
  auto* const file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr) refuse(path, what, errno);
  auto const whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((path == "-" ? std::fflush(file) : std::fclose(file)) != 0 || !whole) refuse(path, what, errno);
}

/// Refused before the work rather than after it. A file that was not there is not left behind.
void check_writable(std::string const& path, char const* what) {
  if (path.empty() || path == "-") return;
  std::error_code ignored;
  auto const fresh = !std::filesystem::exists(path, ignored);
  errno = 0;
  auto* const file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) refuse(path, what, errno);
  std::fclose(file);
  if (fresh) std::filesystem::remove(path, ignored);
}

/// One line on a terminal that says what is going on and for how long, from the first second on; nothing elsewhere.
class progress_line {
 public:
  explicit progress_line(bool wanted) {
    if (wanted && isatty(STDERR_FILENO) != 0) writer_ = std::thread([this] { run(); });
  }
  progress_line(progress_line const&) = delete;
  auto operator=(progress_line const&) -> progress_line& = delete;
  ~progress_line() {
    if (!writer_.joinable()) return;
    {
      std::lock_guard const lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    writer_.join();
  }
  void operator()(std::string const& what) {
    std::lock_guard const lock(mutex_);
    what_ = what;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    auto shown = false;
    for (int tenths = 10; !wake_.wait_for(lock, std::chrono::milliseconds{tenths == 10 ? 1000 : 200}, [this] { return done_; }); tenths += 2) {
      std::fprintf(stderr, "\r\033[K%s … %d s", what_.c_str(), tenths / 10);
      std::fflush(stderr);
      shown = true;
    }
    if (shown) std::fprintf(stderr, "\r\033[K");
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string what_;
  bool done_ = false;
  std::thread writer_;
};

auto run(options const& o) -> int {
  check_writable(o.json, "JSON");
  if (o.info) return print_info(o, [&](std::string const& json) { write(o.json, json, "JSON"); });
  if (o.correlogram.wanted) {
    check_writable(o.correlogram.out, "correlogram");
    progress_line line(!o.quiet);
    line("correlating " + o.recording);
    return write_correlogram(o, [&](std::string const& bytes) { write(o.correlogram.out, bytes, "correlogram"); });
  }
  check_writable(o.csv, "table");
  if (o.cells.wanted) return write_cells(o, {[&](std::string const& csv) { write(o.csv.empty() ? "-" : o.csv, csv, "table"); }, [&](std::string const& json) { if (!o.json.empty()) write(o.json, json, "JSON"); }});
  check_writable(o.report, "report");
  auto const r = [&] {
    if (!o.parts.empty()) {
      auto all = merged(o);
      say_what_is_missing(all);
      return all;
    }
    progress_line line(!o.quiet);
    return analyse(o, [&](std::string const& what) { line(what); });
  }();
  if (!o.json.empty()) write(o.json, to_json(r), "JSON");
  if (!o.csv.empty()) write(o.csv, to_csv(r), "table");
  if (!o.report.empty()) write(o.report, to_page(r), "report");
  if (!o.quiet) print(r, o);
  if (std::any_of(r.found.scales.begin(), r.found.scales.end(), [](auto const& s) { return !std::isnan(s.rho); })) return 0;
  std::fprintf(stderr, "ei_balance: no scale could be measured, as %s; `ei_balance info` says what the recording holds\n", std::string(equipoise::to_string(equipoise::reason_of(r.found.scales.front().rho))).c_str());
  return 2;
}

}  // namespace

auto main(int argc, char** argv) -> int {
  options o;
  if (auto const code = parse(argc, argv, o)) return *code;
  try {
    return run(o);
  } catch (std::bad_alloc const&) {
    std::fprintf(stderr, "ei_balance: the memory does not suffice; take fewer --scales or --lags, or a part of the recording with --begin and --end\n");
  } catch (std::exception const& e) {
    std::fprintf(stderr, "ei_balance: %s\n", e.what());
  }
  return 1;
}
