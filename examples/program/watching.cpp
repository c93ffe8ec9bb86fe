// watch: a run as it goes on, read beside the engine that has it. Facts come from the store, what is under
// way from the control socket of the engine, if one lives.
#include "commands.hpp"
#include "host.hpp"
#include "interrupts.hpp"
#include "terminal.hpp"
#include "view.hpp"
#include "watch_picture.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

constexpr shipflow::duration pace{500};

class watcher {
 public:
  watcher(const arguments& given, std::unique_ptr<shipflow::store> keep, std::string run)
      : given_(given),
        at_(places_of(given)),
        keep_(std::move(keep)),
        run_(std::move(run)),
        live_(!given.has("--json") && !given.has("--plain") && ::isatty(STDOUT_FILENO) != 0) {}

  int follow() {
    signals_.watch(loop_);
    look();
    while (!over_ && problem_.message.empty() && !loop_.stopped()) {
      bool passed = false;
      loop_.call_after(pace, [&] { passed = true; });
      loop_.run_until([&] { return passed; });
      look();
    }
    if (!problem_.message.empty()) return complain(problem_);
    return end();
  }

 private:
  void look() {
    if (state_.id.empty()) {
      auto state = shipflow::load_run(*keep_, run_);
      if (!state) {
        problem_ = state.error();
        return;
      }
      state_ = std::move(*state);
    }
    if (auto told = tell_new(); !told) problem_ = told.error();
    over_ = is_terminal(state_.phase);
    if (live_) draw();
  }

  // Facts that came since the last look.
  result<void> tell_new() {
    const auto fresh = keep_->read_facts(run_, told_);
    if (!fresh) return fresh.error();
    if (live_ && !fresh->empty()) below_.erase();
    for (const auto& stored : *fresh) {
      const auto body = shipflow::parse_json(stored.body);
      if (!body) return body.error();
      auto f = shipflow::fact_from_json(*body);
      if (!f) return f.error();
      if (f->rev > state_.rev)
        if (auto folded = apply(state_, *f); !folded) return folded.error();
      note_weight(seen_, state_, *f);
      shipflow::engine_event e;
      e.run = run_;
      e.sequence = f->rev;
      e.what = std::move(*f);
      lines_->show(e);
      told_ = stored.rev;
    }
    return {};
  }

  void draw() {
    seen_.live = {};
    const auto answered =
        shipflow::control_call(at_.socket, {{"op", "look"}, {"run", run_}}, shipflow::duration{2'000});
    if (answered)
      if (const auto* live = answered->if_contains("live"); live != nullptr && live->is_object())
        seen_.live = live->get_object();
    below_.erase();
    below_.draw(picture_of(state_, seen_, loop_.now(), paper().columns));
  }

  int end() {
    if (given_.has("--json"))
      std::printf("%s\n", json::serialize(json::object{{"event", "end"},
                                                       {"run", run_},
                                                       {"text", last_line(state_)},
                                                       {"exit", exit_code(state_)}})
                              .c_str());
    else
      std::printf("%s\n", last_line(state_).c_str());
    if (!over_)
      std::fprintf(stderr, "shipflow: no longer watched, it goes on; look again with: shipflow watch %s\n",
                   run_.c_str());
    return over_ ? exit_code(state_) : 130;
  }

  // First, so that other threads inherit the blocked signals.
  interrupts signals_;
  const arguments& given_;
  places at_;
  std::unique_ptr<shipflow::store> keep_;
  std::string run_;
  bool live_;
  shipflow::loop loop_;
  std::unique_ptr<view> lines_ = make_view(given_.has("--json") ? view_kind::json : view_kind::plain);
  shipflow::run_state state_;
  watched seen_;
  std::int64_t told_ = 0;
  redrawn below_;
  bool over_ = false;
  shipflow::error problem_;
};

// The only run that has not ended, where none is named.
result<std::string> the_run(shipflow::store& keep) {
  shipflow::run_filter open;
  open.terminal = false;
  open.limit = 2;
  const auto runs = keep.list_runs(open);
  if (!runs) return runs.error();
  if (runs->size() == 1) return runs->front().id;
  return make_error(errc::invalid_argument, runs->empty() ? "no run is under way; see shipflow history"
                                                          : "more than one run is under way: name one of "
                                                            "shipflow status");
}

}  // namespace

int watch(const arguments& given) {
  auto keep = open_to_read(given);
  if (!keep) return complain(keep.error());
  const auto run = given.words.empty() ? the_run(**keep) : result<std::string>(given.words.front());
  if (!run) return complain(run.error());
  return watcher(given, std::move(*keep), *run).follow();
}

}  // namespace program
