// What the provider has to do on any S3 server, whoever wrote it: releases, kill -9 at any write, large files.
#pragma once

#include "http/server_process.hpp"
#include "provider/site/carry_out.hpp"
#include "provider/site/copy.hpp"
#include "provider/site/window.hpp"
#include "s3/s3_place.hpp"

#include <shipflow/providers/site.hpp>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tests {

struct release_folder {
  temporary_directory at;
  void become(const files& site) const {
    for (const auto& e : std::filesystem::directory_iterator(at.path)) std::filesystem::remove_all(e.path());
    for (const auto& [key, text] : site) {
      std::filesystem::create_directories((at.path / key).parent_path());
      std::ofstream(at.path / key) << text;
    }
  }
};

struct talk {
  const s3_place& server;
  const release_folder& folder;
  std::shared_ptr<provider> p = make_site_provider({server.keys.options()});

  request make(verb what, const std::string& action, const json::object& inputs, const std::string& key) {
    request q;
    q.what = what;
    q.action = action;
    q.run = "run-1";
    q.step = action;
    q.environment = "production";
    q.component = "web";
    q.effect_key = key;
    q.target = {{"bucket", server.bucket},
                {"endpoint_url", server.url()},
                {"directory", folder.at.path.string()},
                {"connections", 8}};
    q.inputs = inputs;
    return q;
  }
  answer ask(request q) {
    auto got = std::make_shared<std::promise<answer>>();
    auto later = got->get_future();
    p->call(std::move(q), reply([got](answer a) { got->set_value(std::move(a)); }));
    return later.get();
  }
  answer finish(request q) {
    auto a = ask(q);
    if (a.kind != answer_kind::started) return a;
    q.handle = a.value;
    q.what = verb::settle;
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      a = ask(q);
    } while (a.kind == answer_kind::progress);
    return a;
  }
  json::value look() { return ask(make(verb::observe, "publish", {}, "look")).value; }
  answer act(const std::string& action, const json::object& inputs, const std::string& key) {
    auto q = make(verb::apply, action, inputs, key);
    q.baseline = look();
    return finish(std::move(q));
  }
  answer undo(const json::value& before) {
    auto q = make(verb::undo, "publish", {}, "undo");
    q.baseline = before;
    return finish(std::move(q));
  }
};

inline files served(const s3_place& server) {
  files out;
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  const auto all = b->list("", "");
  REQUIRE(all.has_value());
  for (const auto& o : all->objects)
    if (!o.key.starts_with(".shipflow/")) out[o.key] = b->get(o.key, 0, 1 << 20)->body;
  return out;
}

inline void holds(const s3_place& server, const files& site) {
  auto now = served(server);
  for (const auto& [key, text] : site) {
    CAPTURE(key);
    CHECK(now[key] == text);
  }
}

/// Ends the program, as kill -9 does, instead of its n-th write.
class deadly final : public s3::bucket {
 public:
  deadly(s3::bucket& over, std::uint64_t writes) : over_(over), left_(writes) {}
  result<s3::listing> list(const std::string& p, const std::string& t) override { return over_.list(p, t); }
  result<s3::folder_page> folders(const std::string& p, const std::string& t) override {
    return over_.folders(p, t);
  }
  result<s3::object> get(const std::string& k, std::uint64_t f, std::uint64_t m) override {
    return over_.get(k, f, m);
  }
  result<s3::object> head(const std::string& k) override { return over_.head(k); }
  result<std::string> put(const std::string& k, std::string b, const std::string& h, const s3::attributes& w,
                          const s3::condition& o) override {
    live();
    return over_.put(k, std::move(b), h, w, o);
  }
  result<std::string> copy(const std::string& f, const std::string& e, const std::string& t,
                           const s3::attributes* w) override {
    live();
    return over_.copy(f, e, t, w);
  }
  result<std::vector<s3::refused_key>> remove(const std::vector<std::string>& k) override {
    live();
    return over_.remove(k);
  }
  result<std::string> begin_upload(const std::string& k, const s3::attributes& w) override {
    live();
    return over_.begin_upload(k, w);
  }
  result<std::string> put_part(const s3::upload& u, int n, std::string b, const std::string& h) override {
    live();
    return over_.put_part(u, n, std::move(b), h);
  }
  result<std::string> copy_part(const s3::upload& u, int n, const std::string& f, const std::string& e,
                                const s3::range& r) override {
    live();
    return over_.copy_part(u, n, f, e, r);
  }
  result<std::string> complete(const s3::upload& u, const std::vector<s3::part>& p,
                               const s3::condition& o) override {
    live();
    return over_.complete(u, p, o);
  }
  result<void> abort(const s3::upload& u) override { return over_.abort(u); }
  result<std::vector<s3::upload>> uploads(const std::string& p) override { return over_.uploads(p); }
  result<std::vector<s3::part>> parts_of(const s3::upload& u) override { return over_.parts_of(u); }

 private:
  void live() {
    if (left_-- == 0) ::raise(SIGKILL);
  }
  s3::bucket& over_;
  std::atomic<std::uint64_t> left_;
};

/// A program of its own publishes and is killed; true: it came to its end first.
inline bool publishes_until_killed(talk& t, const request& q, std::uint64_t writes) {
  const auto child = ::fork();
  if (child == 0) {
    aws::client c(t.server.keys.options());
    const auto real = s3::make_bucket(c, t.server.at());
    deadly on(*real, writes);
    site::crew hands(4);
    site::progress seen;
    site::session s{
        on,   hands,
        q,    *site::read_binding(q.target),
        seen, [] {
                      return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }};
    const auto a =
        site::effect(s, [](const request&, const std::string& d) { return site::open_directory(d); });
    ::_exit(a.kind == answer_kind::done ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFEXITED(status);
}

inline void published_and_taken_back(const s3_place& server) {
  const release_folder folder;
  talk t{server, folder};
  auto one = shop("1.0.0");
  one["odd/\xC3\xBC (1)+%&='!.txt"] = "odd";
  one["empty.txt"] = "";
  folder.become(one);
  const auto nothing = t.look();
  const auto first = t.act("publish", {{"version", "1.0.0"}}, "a");
  REQUIRE_MESSAGE(first.kind == answer_kind::done, first.problem.text());
  CHECK(first.value.at("uploaded") == one.size());
  holds(server, one);
  const auto stands = t.look();
  // As after a fresh checkout: other times, same content.
  folder.become(one);
  const auto again = t.act("publish", {{"version", "1.0.0"}}, "b");
  REQUIRE_MESSAGE(again.kind == answer_kind::done, again.problem.text());
  CHECK(again.value.at("uploaded") == 0);
  const auto before = t.look();
  CHECK(before.at("digest") == stands.at("digest"));
  const auto two = shop("1.1.0", 2);
  folder.become(two);
  REQUIRE(t.act("publish", {{"version", "1.1.0"}}, "c").kind == answer_kind::done);
  holds(server, two);
  REQUIRE(t.act("verify", {{"version", "1.1.0"}}, "d").kind == answer_kind::done);
  auto ready = t.make(verb::ready, "publish", {}, "c");
  ready.baseline = before;
  CHECK(t.ask(ready).kind == answer_kind::done);
  const auto back = t.undo(before);
  REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
  holds(server, one);
  CHECK(t.look().at("restores") == before.at("restores"));
  const auto forward = t.act("restore", {{"version", "1.1.0"}}, "e");
  REQUIRE_MESSAGE(forward.kind == answer_kind::done, forward.problem.text());
  holds(server, two);
  const auto pruned = t.act("prune", {}, "f");
  REQUIRE_MESSAGE(pruned.kind == answer_kind::done, pruned.problem.text());
  REQUIRE(t.act("verify", {}, "g").kind == answer_kind::done);
  const auto gone = t.undo(nothing);
  REQUIRE_MESSAGE(gone.kind == answer_kind::done, gone.problem.text());
  CHECK(served(server).empty());
  folder.become(one);
  const auto anew = t.act("publish", {{"version", "1.0.0"}}, "h");
  REQUIRE_MESSAGE(anew.kind == answer_kind::done, anew.problem.text());
  holds(server, one);
}

inline void killed_at_any_write(const s3_place& server, int kills) {
  const release_folder folder;
  files stands = shop("0");
  folder.become(stands);
  {
    talk t{server, folder};
    REQUIRE(t.act("publish", {{"version", "0"}}, "0").kind == answer_kind::done);
  }
  for (int i = 1; i <= kills; ++i) {
    CAPTURE(i);
    const auto version = std::to_string(i);
    const auto next = shop(version, 2 + i % 4);
    folder.become(next);
    json::value before;
    request q;
    {
      talk t{server, folder};
      before = t.look();
      q = t.make(verb::apply, "publish", {{"version", version}}, version);
      q.baseline = before;
      // No thread of this program may hold a lock while it forks.
      t.p.reset();
      (void)publishes_until_killed(t, q, static_cast<std::uint64_t>(i * 7 % 23));
    }
    talk t{server, folder};
    if (i % 2 == 0) {
      const auto back = t.undo(before);
      REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
      CHECK(t.look().at("restores") == before.at("restores"));
    } else {
      // As an engine that comes back: it asks how far it is, and nobody is at it.
      auto settle = q;
      settle.what = verb::settle;
      settle.handle = site::handle_for(q);
      auto a = t.ask(settle);
      while (a.kind == answer_kind::progress) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        a = t.ask(settle);
      }
      REQUIRE_MESSAGE(a.kind == answer_kind::done, a.problem.text());
      stands = next;
    }
    holds(server, stands);
    CHECK(t.act("verify", {}, "v" + version).kind == answer_kind::done);
  }
}

inline void large_files_go_on(const s3_place& server) {
  const release_folder folder;
  talk t{server, folder};
  folder.become({{"index.html", "page"}, {"film.mp4", std::string((std::size_t{40} << 20U) + 7, 'f')}});
  const auto q = t.make(verb::apply, "publish", {{"version", "1"}}, "large");
  t.p.reset();
  CHECK_FALSE(publishes_until_killed(t, q, 5));
  t.p = make_site_provider({server.keys.options()});
  const auto done = t.finish(q);
  REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  CHECK(b->head("film.mp4")->size == (std::size_t{40} << 20U) + 7);
  CHECK(b->uploads("")->empty());
  CHECK(t.act("publish", {{"version", "1"}}, "again").value.at("uploaded") == 0);
}

/// As objects over 5 GiB are, with limits that a test can reach.
inline void large_objects_are_copied_in_parts(const s3_place& server) {
  aws::client c(server.keys.options());
  const auto b = s3::make_bucket(c, server.at());
  site::crew hands(4);
  site::progress seen;
  request q;
  q.target = {{"bucket", server.bucket}};
  site::session s{*b, hands, q, *site::read_binding(q.target), seen, {}};
  s.largest_copy = std::uint64_t{6} << 20U;
  s.copied_part = std::uint64_t{5} << 20U;
  std::string body((std::size_t{12} << 20U) + 3, 'x');
  for (std::size_t i = 0; i < body.size(); i += 4'096) body[i] = static_cast<char>('a' + i / 4'096 % 26);
  const auto etag = b->put("a b+.bin", body, sha256_hex(body), {"video/mp4", "max-age=5", "", "d"}, {});
  REQUIRE_MESSAGE(etag.has_value(), etag.error().message);
  const auto copied = site::copy(s, {"a b+.bin", *etag, body.size(), "copies/\xC3\xBC.bin"});
  REQUIRE_MESSAGE(copied.has_value(), copied.error().message);
  const auto got = b->get("copies/\xC3\xBC.bin", 0, body.size() + 1);
  REQUIRE(got.has_value());
  CHECK(got->body == body);
  CHECK(got->etag == *copied);
  CHECK(got->with == s3::attributes{"video/mp4", "max-age=5", "", "d"});
  const s3::attributes other{"video/webm", "max-age=9", "", "d"};
  const auto again = site::copy(s, {"a b+.bin", *etag, body.size(), "a b+.bin", &other});
  REQUIRE_MESSAGE(again.has_value(), again.error().message);
  CHECK(b->head("a b+.bin")->with == other);
  CHECK(site::copy(s, {"a b+.bin", "0123", body.size(), "x"}).error().code == errc::conflict);
  CHECK(site::copy(s, {"nothing", "", body.size(), "x"}).error().code == errc::not_found);
  CHECK(b->uploads("")->empty());
}

}  // namespace tests
