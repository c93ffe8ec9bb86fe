// Stacks one after the other, and back in reverse order.
#include "base/members.hpp"
#include "provider/cloudformation/actions.hpp"
#include "provider/cloudformation/publish.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

constexpr duration soonest{500};
constexpr duration soon{2'000};
constexpr duration later{10'000};

/// Each stack of an assembly has one of its own.
std::string set_name(const request& q, const std::string& stack, bool back) {
  const auto of = q.action == "deploy_assembly" ? q.effect_key + "/" + stack : q.effect_key;
  return "shipflow-" + sha256_hex(of).substr(0, 20) + (back ? "-back" : "");
}

struct way {
  std::vector<wanted> stacks;  ///< in the order they are changed
  needed first;                ///< before that
  bool back = false;
};

result<way> way_of(const session& s, bool back) {
  auto there = wanted_stacks(s);
  if (!there) return there.error();
  if (!back) return way{std::move(there->stacks), std::move(there->first), false};
  auto before = stacks_before(s, there->stacks);
  if (!before) return before.error();
  std::reverse(before->begin(), before->end());
  return way{std::move(*before), {}, true};
}

answer started(const session& s, bool back) {
  return answer::started({{"back", back}, {"begun", to_ms(s.on.now())}}, soon);
}

/// How far assets and former templates are that have to be in S3 before anything is changed; empty: there.
aws::got<std::optional<std::string>> bring(session& s, const way& w) {
  if (w.back) return std::optional<std::string>{};
  auto files = former_templates(s, w.stacks);
  if (!files) return files.error();
  files->insert(files->end(), w.first.files.begin(), w.first.files.end());
  return publish(s, *files);
}

/// One look at each stack that is not done before the first that goes on.
answer go_on(session& s, const way& w, duration since) {
  json::array changed;
  json::object outputs;
  std::vector<const wanted*> same;
  const auto before = bring(s, w);
  if (!before) return before.error();
  if (*before) return answer::in_progress(0, **before, std::clamp<duration>(since / 20, soonest, later));
  for (std::size_t i = 0; i < w.stacks.size(); ++i) {
    const auto& name = w.stacks[i].name;
    auto at = there(s, w.stacks[i]);
    const auto f = drive(at, w.stacks[i], set_name(s.q, name, w.back));
    if (!f) return f.error();
    if (f->is == far::kind::going_on)
      return answer::in_progress(static_cast<int>(100 * i / w.stacks.size()), f->text,
                                 std::clamp<duration>(since / 20, soon, later));
    if (f->is == far::kind::changed) changed.push_back(json::string(name));
    if (f->is == far::kind::unchanged) same.push_back(&w.stacks[i]);
    outputs[name] = f->outputs;
  }
  for (const auto* stack : same) {
    auto at = there(s, *stack);
    drop(at, stack->name, set_name(s.q, stack->name, w.back));
  }
  return answer::done({{"changed", std::move(changed)}, {"outputs", std::move(outputs)}});
}

/// An assembly names the account of each stack.
aws::got<bool> right_accounts(const session& s, const std::vector<wanted>& stacks) {
  for (const auto& stack : stacks) {
    auto at = there(s, stack);
    if (at.where.account.empty()) at.where.account = stack.account;
    const auto right = at.right_account();
    if (!right) return right.error();
  }
  return true;
}

answer begin(session& s, bool back) {
  for (const auto& word : members::texts(s.q.inputs, "allow"))
    if (word != "replace" && word != "delete")
      return s.refuse(errc::invalid_argument,
                      "`allow` is a list of replace and delete, not \"" + word + "\"");
  const auto w = way_of(s, back);
  if (!w) return answer::failed(w.error());
  const auto right = right_accounts(s, w->stacks);
  if (!right) return right.error();
  const auto images = images_there(s, w->first.images);
  if (!images) return images.error();
  const auto before = bring(s, *w);
  if (!before) return before.error();
  if (*before) return started(s, back);
  auto at = there(s, w->stacks.front());
  const auto first = drive(at, w->stacks.front(), set_name(s.q, w->stacks.front().name, back));
  if (!first) return first.error();
  return started(s, back);
}

answer end(session& s, const way& w) {
  for (const auto& stack : w.stacks) {
    auto at = there(s, stack);
    const auto set = set_name(s.q, stack.name, w.back);
    const auto begun = was_begun(at, stack.name, set);
    if (!begun) return begun.error();
    const auto f = find_stack(at, stack.name);
    if (!f) return f.error();
    const bool over = !*begun || (*f && !(*f)->status.ends_with("_IN_PROGRESS") &&
                                  (*f)->change_set.find("/" + set + "/") != std::string::npos);
    if (over) continue;
    const auto how = end_of(at, stack.name, set);
    if (!how) return how.error();
    return s.refuse(errc::cancelled, "stack " + stack.name + ": " + *how);
  }
  return s.refuse(errc::cancelled, "no further stack is changed");
}

answer settle(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  if (!handle.contains("back"))
    return s.refuse(errc::invalid_argument, "the handle is not one of a deployment");
  const auto w = way_of(s, members::truth(handle, "back"));
  if (!w) return answer::failed(w.error());
  if (s.q.stop.stop_requested()) return end(s, *w);
  return go_on(s, *w, s.on.now() - from_ms(members::whole(handle, "begun")));
}

answer resolve(session& s) {
  const auto w = way_of(s, false);
  if (!w) return answer::failed(w.error());
  for (const auto& stack : w->stacks) {
    auto at = there(s, stack);
    const auto begun = was_begun(at, stack.name, set_name(s.q, stack.name, false));
    if (!begun) return begun.error();
    if (*begun) return started(s, false);
  }
  return answer::not_applied();
}

answer ready(session& s) {
  const auto w = way_of(s, true);
  if (!w) return answer::failed(w.error());
  for (const auto& stack : w->stacks) {
    auto at = there(s, stack);
    const auto now = find_stack(at, stack.name);
    if (!now) return now.error();
    const bool goes = stack.text.empty() && stack.url.empty();
    if (*now && goes && (*now)->is_protected)
      return s.refuse(errc::denied, "stack " + stack.name + " " + std::string(protected_remedy));
    const auto remedy = *now ? remedy_for(stack.name, (*now)->status) : std::string{};
    if (!remedy.empty() && !(goes && (*now)->status.starts_with("ROLLBACK")))
      return s.refuse(errc::failed, "stack " + stack.name + " is " + (*now)->status + "; " + remedy);
  }
  return answer::done();
}

answer settle_continued(session& s) {
  const auto name = members::text(s.q.inputs, "stack");
  const auto now = find_stack(s, name);
  if (!now) return now.error();
  if (!*now) return s.refuse(errc::not_found, "there is no stack " + name);
  const auto& status = (*now)->status;
  if (status == "UPDATE_ROLLBACK_COMPLETE") return answer::done({{"stack", name}, {"status", status}});
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "stack " + name + " is left as it is, " + status);
  if (status.ends_with("_IN_PROGRESS"))
    return answer::in_progress(-1, "stack " + name + " is " + status, later);
  auto c = cause_of(s, name);
  return s.refuse(errc::failed, "stack " + name + " is " + status + ": " + c.first,
                  {{"stack", name}, {"events", std::move(c.events)}});
}

}  // namespace

answer deploy(session& s) {
  switch (s.q.what) {
    case verb::apply: return begin(s, false);
    case verb::undo: return begin(s, true);
    case verb::settle: return settle(s);
    case verb::resolve: return resolve(s);
    case verb::ready: return ready(s);
    default: return answer::done();
  }
}

answer continue_rollback(session& s) {
  if (s.q.what == verb::settle) return settle_continued(s);
  if (s.q.what != verb::apply && s.q.what != verb::resolve) return answer::done();
  const auto name = members::text(s.q.inputs, "stack");
  const auto now = find_stack(s, name);
  if (!now) return now.error();
  if (!*now) return s.refuse(errc::not_found, "there is no stack " + name);
  const auto& status = (*now)->status;
  if (status == "UPDATE_ROLLBACK_IN_PROGRESS" || status == "UPDATE_ROLLBACK_COMPLETE")
    return answer::started({{"stack", name}}, soon);
  if (status != "UPDATE_ROLLBACK_FAILED")
    return s.refuse(errc::failed,
                    "stack " + name + " is " + status + "; only a rollback that failed is continued");
  if (s.q.what == verb::resolve) return answer::not_applied();
  json::object in{{"StackName", name}, {"ClientRequestToken", set_name(s.q, name, false)}};
  const auto skip = members::texts(s.q.inputs, "skip");
  if (!skip.empty()) in["ResourcesToSkip"] = json::array(skip.begin(), skip.end());
  const auto said = s.write(service, "ContinueUpdateRollback", std::move(in));
  if (!said) return said.error();
  return answer::started({{"stack", name}}, soon);
}

}  // namespace shipflow::cloudformation
