// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Many recordings on the ranks of a cluster: a list of items → what was worked out of each, in the order of the list, whoever did it. An item
/// that fails is reported beside the others.
///
/// How-to   docs/how-to/run_on_a_cluster.md

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "mpi.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace mpi {

namespace detail {
/// What another rank packed; its value is restored into `started`.
template <class X>
auto unpacked(std::string_view sent, X started) -> outcome<X> {
  outcome<X> o;
  auto const text = sent.substr(0, sent.size() - 1);
  if (sent.back() == '-') o.problem = text;
  else attempt(o, [&] { restore(started, text), o.value.emplace(std::move(started)); });
  return o;
}
}  // namespace detail

/// What rank 0 works out, on every rank: a list of files, a table of parameters. All ranks call it together; only rank 0 calls f.
///
/// Result   f(), which a checkpoint must be able to hold: numbers, texts, lists and maps of such, classes with `fields`
/// Errors   what f throws becomes an `error` of the same sentence on every rank
template <class F>
auto on_root(communicator const& c, F&& f) -> std::remove_cvref_t<std::invoke_result_t<F>> {
  using value = std::remove_cvref_t<std::invoke_result_t<F>>;
  static_assert(std::default_initializable<value>, "equipoise: what rank 0 sends to the others is read into a value that is made without arguments");
  outcome<value> o;
  if (c.rank() == 0) detail::attempt(o, [&] { o.value.emplace(f()); });
  if (c.size() > 1) o = detail::unpacked(c.broadcast(c.rank() == 0 ? detail::packed(o) : std::string{}), value{});
  if (!o.problem.empty()) throw error(o.problem);
  return std::move(*o.value);
}

namespace detail {
inline constexpr int work_tag = 1;

/// Items by size, largest first, equal ones in their order; those whose size cannot be told come last.
template <class Items, class SizeOf>
auto largest_first(Items const& items, SizeOf const& size_of) -> std::vector<std::size_t> {
  using item_size = std::remove_cvref_t<std::invoke_result_t<SizeOf const&, decltype(items[0])>>;
  std::vector<std::optional<item_size>> sizes(std::size(items));
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    try {
      sizes[k] = size_of(items[k]);
    } catch (...) {  // whoever works on it will say why
    }
  }
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[b] < sizes[a] || (!(sizes[a] < sizes[b]) && a < b); });
  return order;
}

/// Places of a list that are handed out one after the other, to ranks and to the thread beside.
class hand_out {
 public:
  explicit hand_out(std::vector<std::size_t> order) : order_(std::move(order)) {}
  auto next() -> std::optional<std::size_t> {
    auto const k = next_.fetch_add(1);
    return k < order_.size() ? std::optional(order_[k]) : std::nullopt;
  }
  void stop() noexcept { next_ = order_.size(); }

 private:
  std::vector<std::size_t> order_;
  std::atomic<std::size_t> next_{0};
};

/// Ranks 1 …: report what was done, ask for more, until there is none.
template <class X, class Do>
void work_for_root(communicator const& c, Do const& work) {
  for (std::string report;;) {
    c.send(report, 0, work_tag);
    auto const place = c.receive(0, work_tag);
    if (place.empty()) return;
    report = place + ' ' + packed<X>(work(static_cast<std::size_t>(std::stoull(place))));
  }
}

/// Rank 0: hands places out, takes reports, and works itself, in a thread of its own, so that nobody waits for it. It sleeps between messages: the
/// other ranks of its machine keep their processors.
template <class X, class Do, class Tell>
void root(communicator const& c, hand_out& places, std::vector<outcome<X>>& all, Do const& work, Tell const& tell) {
  std::exception_ptr stopped;
  std::mutex mutex;
  std::vector<std::size_t> done;  // by the thread beside, not told yet
  std::atomic<bool> busy{true};
  std::jthread beside;
  try {
    beside = std::jthread([&] {
      while (auto const k = places.next()) {
        all[*k] = work(*k);
        std::lock_guard const lock(mutex);
        done.push_back(*k);
      }
      busy = false;
    });
  } catch (std::system_error const&) {  // no thread to be had: the other ranks do it
    busy = false;
  }
  auto told = [&](std::size_t k) {
    try {
      if (!stopped) tell(k);
    } catch (...) {  // nothing more is handed out, and the ranks are sent home
      stopped = std::current_exception();
      places.stop();
    }
  };
  try {
    for (auto others = c.size() - 1;;) {
      auto const last = !busy;  // read before the list
      std::vector<std::size_t> now;
      {
        std::lock_guard const lock(mutex);
        std::swap(now, done);
      }
      for (auto const k : now) told(k);
      if (auto const from = c.waiting(work_tag)) {
        auto const report = c.receive(*from, work_tag);
        if (!report.empty()) {
          auto const k = static_cast<std::size_t>(std::stoull(report));
          all[k] = unpacked(std::string_view(report).substr(report.find(' ') + 1), X{});
          told(k);
        }
        auto const k = places.next();
        c.send(k ? std::to_string(*k) : std::string{}, *from, work_tag);
        if (!k) --others;
      } else if (others == 0 && last) {
        break;
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds{500});
      }
    }
  } catch (...) {  // MPI itself has failed
    stopped = std::current_exception();
    places.stop();
  }
  if (beside.joinable()) beside.join();
  if (stopped) std::rethrow_exception(stopped);
}

struct nobody {
  void operator()(auto const&...) const noexcept {}
};
}  // namespace detail

/// Works on each item of a list: `mpi::each(folders, size_of, world, work)`. Ranks take one after the other, the largest first, each when it is
/// ready for more. All ranks call it together, with the same list (`on_root` makes sure of that).
///
/// Input    size_of(item) is asked on rank 0 only. work(item) must give what a checkpoint can hold (numbers, texts, lists and maps of such,
///          classes with `fields`) and call no MPI; rank 0 calls it in a thread beside. arrived(place, outcome) is called on rank 0, by the
///          calling thread, as results come in; what it throws stops the run
/// Result   on rank 0 one `outcome` per item, in the order of the list; elsewhere an empty list
/// Errors   what work throws stands in the item's outcome. `error` if the ranks have lists of unlike length
/// Memory   all outcomes on rank 0; one elsewhere
template <class Items, class SizeOf, class Work, class Arrived = detail::nobody>
auto each(Items const& items, SizeOf const& size_of, communicator const& c, Work const& work, Arrived arrived = {}) {
  using value = std::remove_cvref_t<std::invoke_result_t<Work const&, decltype(items[0])>>;
  static_assert(std::default_initializable<value>, "equipoise: work must give a value that travels between ranks: made without arguments, and such that a checkpoint can hold it (numbers, texts, lists, classes with fields)");
  if (!c.agree(std::size(items))) throw error("mpi: the ranks have lists of unlike length; list the files on one rank: mpi::on_root(world, [&] { return … })");
  auto work_on = [&](std::size_t k) {
    outcome<value> o;
    detail::attempt(o, [&] { o.value.emplace(work(items[k])); });
    return o;
  };
  std::vector<outcome<value>> all;
  if (c.rank() != 0) {
    detail::work_for_root<value>(c, work_on);
    return all;
  }
  all.resize(std::size(items));
  detail::hand_out places(detail::largest_first(items, size_of));
  auto tell = [&](std::size_t k) { arrived(k, std::as_const(all[k])); };
  if (c.size() > 1) {
    detail::root(c, places, all, work_on, tell);
  } else {
    while (auto const k = places.next()) all[*k] = work_on(*k), tell(*k);
  }
  return all;
}

}  // namespace mpi
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
