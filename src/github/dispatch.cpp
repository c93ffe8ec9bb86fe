#include "github/dispatch.hpp"

#include "base/members.hpp"
#include "github/asking.hpp"

#include <algorithm>

namespace shipflow::github {
namespace {

constexpr duration soon{3'000};
// So long after its dispatch a run that cannot be seen will not be seen any more.
constexpr duration shown_within = std::chrono::minutes(5);
// The rest of the time that a call may take is for the run to get into the list.
constexpr duration longest_post = std::chrono::seconds(30);

// A look that was given up because the run is to end tells nothing: the next one ends it.
answer looked(const error& why) {
  if (why.code == errc::cancelled) return answer::in_progress(-1, "to be cancelled", soon);
  return not_answered(why);
}

bool no_details(const posted& p) {
  return (p.status == 400 || p.status == 422) && p.problem &&
         p.problem->message.find("return_run_details") != std::string::npos;
}

json::object handle_of(const run_view& run, time_point begun) {
  return {{"run_id", run.id}, {"url", run.url}, {"begun", to_ms(begun)}};
}

/// One call about a dispatch; it lives as long as GitHub has something to answer.
class conversation : public std::enable_shared_from_this<conversation> {
 public:
  conversation(api& api, wire& on, request q, reply r)
      : api_(api), on_(on), q_(std::move(q)), reply_(std::move(r)) {}

  void begin(bool wants_details) {
    const auto event = event_of(q_, wants_details);
    auto ask = asking_for(q_, event.path, on_.now());
    ask.deadline = std::min(ask.deadline, longest_post);
    api_.post(ask, event.body, [self = shared_from_this(), wants_details](const posted& got) {
      if (wants_details && no_details(got)) return self->begin(false);  // a server that is too old for it
      self->begun(got);
    });
  }

  void settle() {
    const auto id = members::whole(members::as_object(q_.handle), "run_id");
    if (id > 0) return look_at(id);
    find([self = shared_from_this()](const result<json::value>& run) {
      if (!run) return self->end(looked(run.error()));
      if (run->is_null()) return self->not_seen();
      self->judge(*run);
    });
  }

  void resolve() {
    find([self = shared_from_this()](const result<json::value>& run) {
      if (!run) return self->end(answer::unknown(run.error().message));
      if (run->is_null()) return self->end(answer::not_applied());
      const auto seen = view_of(*run);
      if (!waits(self->q_)) return self->end(answer::done(outputs_of(seen)));
      self->end(answer::started(handle_of(seen, self->on_.now()), duration{0}));
    });
  }

  void diagnose() {
    find([self = shared_from_this()](const result<json::value>& run) {
      if (!run) return self->end(answer::failed(run.error()));
      if (run->is_null()) return self->end(answer::done());
      const auto seen = view_of(*run);
      self->with_jobs(seen, [self, seen](const json::array& jobs) {
        auto out = outputs_of(seen);
        const auto judged = judge_run(seen, jobs, {});
        if (const auto* found = members::find(members::as_object(judged.value), "failed"))
          out["failed"] = *found;
        self->end(answer::done(std::move(out)));
      });
    });
  }

  void nothing() { end(answer::done()); }

 private:
  using found_run = std::function<void(result<json::value>)>;

  void end(answer a) { reply_(std::move(a)); }

  void begun(const posted& got) {
    if (got.problem) return not_begun(got);
    run_view run;
    run.id = members::whole(members::as_object(got.body), "workflow_run_id");
    run.url = members::text(members::as_object(got.body), "html_url");
    if (!waits(q_)) return end(answer::done(outputs_of(run)));
    end(answer::started(handle_of(run, on_.now()), soon));
  }

  void not_begun(const posted& got) {
    if (got.problem->code == errc::unknown_outcome) return end(answer::unknown(got.problem->message));
    auto out = answer::failed(with_remedy(*got.problem, got.status, q_));
    if (got.wait.count() > 0) out.look_again = got.wait;
    end(std::move(out));
  }

  void find(found_run then) {
    api_.first(
        asking_for(q_, runs_path(q_), on_.now()), "workflow_runs",
        [self = shared_from_this()](const json::value& run) { return shows_key(run, self->q_); },
        std::move(then));
  }

  // It was taken, so it comes, or the workflow does not show the key.
  void not_seen() {
    const auto begun = from_ms(members::whole(members::as_object(q_.handle), "begun"));
    if (on_.now() - begun < shown_within)
      return end(answer::in_progress(-1, "GitHub does not show the run yet", soon));
    const auto place = q_.action == "workflow_dispatch" ? "inputs." : "github.event.client_payload.";
    end(answer::failed(
        make_error(errc::not_found,
                   "GitHub took the event and shows no run of it; the workflow has to listen for it and "
                   "its `run-name` has to hold ${{ " +
                       std::string(place) + key_input(q_) + " }}")));
  }

  void look_at(std::int64_t id) {
    api_.get(asking_for(q_, "/actions/runs/" + std::to_string(id), on_.now()),
             [self = shared_from_this(), id](const result<json::value>& run) {
               if (run) return self->judge(*run);
               if (run.error().code == errc::not_found) return self->not_yet(id, run.error());
               self->end(looked(run.error()));
             });
  }

  // Known by its number, and not to be read for a moment.
  void not_yet(std::int64_t id, const error& why) {
    const auto begun = from_ms(members::whole(members::as_object(q_.handle), "begun"));
    if (on_.now() - begun >= shown_within) return end(answer::failed(why));
    end(answer::in_progress(-1, "GitHub does not show run " + std::to_string(id) + " yet", soon));
  }

  void judge(const json::value& run) {
    const auto seen = view_of(run);
    const bool hidden = !shows_key(run, q_);
    if (!seen.over() && (hidden || q_.stop.stop_requested())) return cancel(seen, hidden);
    with_jobs(seen, [self = shared_from_this(), seen](const json::array& jobs) {
      self->end(judge_run(seen, jobs, members::texts(self->q_.inputs, "accept")));
    });
  }

  void with_jobs(const run_view& run, std::function<void(const json::array&)> then) {
    if (run.conclusion == "success") return then({});
    api_.list(asking_for(q_, "/actions/runs/" + std::to_string(run.id) + "/jobs", on_.now()), "jobs",
              // They are only for people: without them the run is judged all the same.
              [then = std::move(then)](const result<json::value>& jobs) {
                then(jobs && jobs->is_array() ? jobs->get_array() : json::array{});
              });
  }

  void cancel(const run_view& run, bool hidden) {
    api_.post(
        asking_for(q_, "/actions/runs/" + std::to_string(run.id) + "/cancel", on_.now()), {},
        [self = shared_from_this(), run, hidden](const posted& got) { self->cancelled(run, hidden, got); });
  }

  // 409: it is over, or is being cancelled already. The next look tells.
  void cancelled(const run_view& run, bool hidden, const posted& got) {
    const bool refused = got.problem && got.status != 409 && !got.problem->retryable() &&
                         got.problem->code != errc::unknown_outcome;
    if (refused)
      return end(answer::failed(
          make_error(got.problem->code, "run " + run.url + " cannot be cancelled: " + got.problem->message)));
    if (hidden)
      return end(answer::failed(make_error(
          errc::failed,
          "the run does not show " + key_of(q_) + " and was cancelled: " + run.url +
              "; the workflow's `run-name` has to hold the key, or a crash would dispatch twice")));
    end(answer::in_progress(-1, "GitHub cancels the run: " + run.url, soon));
  }

  api& api_;
  wire& on_;
  request q_;
  reply reply_;
};

}  // namespace

void dispatch(api& with, wire& on, request q, reply r) {
  if (q.what == verb::apply) {
    if (auto good = check_place(q.inputs); !good) return r(answer::failed(good.error()));
    if (auto good = check_event(q); !good) return r(answer::failed(good.error()));
    if (q.stop.stop_requested())
      return r(answer::failed(make_error(errc::cancelled, "stopped before it was dispatched")));
  }
  const auto what = q.what;
  const bool details = q.action == "workflow_dispatch";
  const auto about = std::make_shared<conversation>(with, on, std::move(q), std::move(r));
  switch (what) {
    case verb::apply: return about->begin(details);
    case verb::settle: return about->settle();
    case verb::resolve: return about->resolve();
    case verb::diagnose: return about->diagnose();
    default: return about->nothing();
  }
}

}  // namespace shipflow::github
