// Going back asks for what differs, however large the site is.
#include "window.hpp"

#include <cstdlib>

using namespace tests;

namespace {

/// Counts what is asked for.
class counting final : public s3::bucket {
 public:
  explicit counting(s3::bucket& over) : over_(over) {}
  struct calls {
    int lists = 0, heads = 0, gets = 0, writes = 0;
  };
  calls made;

  result<s3::listing> list(const std::string& p, const std::string& t) override {
    ++made.lists;
    return over_.list(p, t);
  }
  result<s3::folder_page> folders(const std::string& p, const std::string& t) override {
    return over_.folders(p, t);
  }
  result<s3::object> get(const std::string& k, std::uint64_t f, std::uint64_t m) override {
    ++made.gets;
    return over_.get(k, f, m);
  }
  result<s3::object> head(const std::string& k) override {
    ++made.heads;
    return over_.head(k);
  }
  result<std::string> put(const std::string& k, std::string b, const std::string& h, const s3::attributes& w,
                          const s3::condition& o) override {
    ++made.writes;
    return over_.put(k, std::move(b), h, w, o);
  }
  result<std::string> copy(const std::string& f, const std::string& e, const std::string& t,
                           const s3::attributes* w) override {
    ++made.writes;
    return over_.copy(f, e, t, w);
  }
  result<std::vector<s3::refused_key>> remove(const std::vector<std::string>& k) override {
    ++made.writes;
    return over_.remove(k);
  }
  result<std::string> begin_upload(const std::string& k, const s3::attributes& w) override {
    ++made.writes;
    return over_.begin_upload(k, w);
  }
  result<std::string> put_part(const s3::upload& u, int n, std::string b, const std::string& h) override {
    ++made.writes;
    return over_.put_part(u, n, std::move(b), h);
  }
  result<std::string> copy_part(const s3::upload& u, int n, const std::string& f, const std::string& e,
                                const s3::range& r) override {
    ++made.writes;
    return over_.copy_part(u, n, f, e, r);
  }
  result<std::string> complete(const s3::upload& u, const std::vector<s3::part>& p,
                               const s3::condition& o) override {
    ++made.writes;
    return over_.complete(u, p, o);
  }
  result<void> abort(const s3::upload& u) override { return over_.abort(u); }
  result<std::vector<s3::upload>> uploads(const std::string& p) override { return over_.uploads(p); }
  result<std::vector<s3::part>> parts_of(const s3::upload& u) override { return over_.parts_of(u); }

 private:
  s3::bucket& over_;
};

files large_site(int changed) {
  files out{{"index.html", "entry"}};
  for (int i = 0; i < 5'000; ++i)
    out["d" + std::to_string(i % 50) + "/file" + std::to_string(i) + ".js"] =
        (i < changed ? "new " : "old ") + std::to_string(i);
  return out;
}

/// Calls that a restore takes on a site of 5,001 files where so many differ.
counting::calls restored(int changed) {
  window w;
  w.local = large_site(0);
  REQUIRE(w.publish("1").kind == answer_kind::done);
  w.local = large_site(changed);
  REQUIRE(w.publish("2").kind == answer_kind::done);
  counting on(w.on);
  auto q = w.make(verb::apply, "restore", {{"version", "1"}}, "back");
  q.baseline = w.look();
  site::progress seen;
  site::session s{on, w.nobody, q, *site::read_binding(q.target), seen, [&] { return w.clock; }};
  const auto done = site::effect(s, {});
  REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
  CHECK(done.value.at("changed") == changed);
  CHECK(w.served() == large_site(0));
  CHECK(w.act("verify", {{"version", "1"}}).kind == answer_kind::done);
  return on.made;
}

}  // namespace

TEST_CASE(
    "provider/site: a restore lists nothing, and asks for each file that differs a fixed number of times") {
  const auto none = restored(0);
  const auto ten = restored(10);
  const auto hundred = restored(100);
  CHECK(none.lists == 0);
  CHECK(hundred.lists == 0);
  CHECK(none.heads + none.gets + none.writes < 15);
  // Each: what is there, what it was kept as, and the copy back.
  CHECK(ten.heads - none.heads == 10);
  CHECK(hundred.heads - none.heads == 100);
  CHECK(hundred.gets == ten.gets);
  CHECK(hundred.writes - ten.writes == 2 * 90);
}

TEST_CASE("provider/site: a release that only replaces is taken back from any write, pages and all") {
  const files one{{"a.js", "1"}, {"b.js", "1"}, {"gone.html", "1"}, {"index.html", "1 [a.js]"}};
  const files two{{"a.js", "2"}, {"b.js", "2"}, {"gone.html", "2"}, {"index.html", "2 [b.js]"}};
  for (std::uint64_t at = 0; at <= 16; ++at)
    for (const std::uint64_t again :
         {std::uint64_t{2}, std::uint64_t{5}, std::uint64_t{8}, std::uint64_t{1'000}}) {
      CAPTURE(at);
      CAPTURE(again);
      window w;
      w.local = one;
      REQUIRE(w.publish("1").kind == answer_kind::done);
      const auto before = w.look();
      w.local = two;
      w.on.allow(at);
      (void)w.publish("2");
      w.on.allow(again);
      auto back = w.undo(before);
      w.on.allow(1'000'000);
      if (back.kind != answer_kind::done) back = w.undo(before);
      REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
      CHECK(w.served() == one);
      CHECK(w.look().at("restores") == before.at("restores"));
      CHECK(w.bucket.find(".shipflow/pending.json") == nullptr);
    }
}

TEST_CASE("provider/site: a restore that was cut off is gone on with, and taken back, by what is there") {
  const files one{{"a.js", "1"}, {"b.js", "1"}, {"index.html", "1"}};
  const files two{{"a.js", "2"}, {"b.js", "2"}, {"index.html", "2"}, {"new.html", "2"}};
  for (std::uint64_t at = 0; at <= 18; ++at)
    for (const auto* to : {"1", "2"}) {
      CAPTURE(at);
      CAPTURE(to);
      window w;
      w.local = one;
      REQUIRE(w.publish("1").kind == answer_kind::done);
      w.local = two;
      REQUIRE(w.publish("2").kind == answer_kind::done);
      const auto before = w.look();
      auto q = w.make(verb::apply, "restore", {{"version", "1"}}, "back");
      q.baseline = before;
      w.on.allow(at);
      (void)w.ask(q);
      w.on.allow(1'000'000);
      const auto end = std::string(to) == "1" ? w.ask(q) : w.undo(before);
      REQUIRE_MESSAGE(end.kind == answer_kind::done, end.problem.text());
      CHECK(w.served() == (std::string(to) == "1" ? one : two));
      CHECK(w.act("verify", {{"version", to}}).kind == answer_kind::done);
    }
}

TEST_CASE("provider/site: pages that a restore takes away can be brought back by the next one") {
  window w;
  w.local = {{"index.html", "1"}};
  REQUIRE(w.publish("1").kind == answer_kind::done);
  w.local = {{"index.html", "2 [new.html]"}, {"new.html", "new"}};
  REQUIRE(w.publish("2").kind == answer_kind::done);
  const auto before = w.look();
  for (int round = 0; round < 2; ++round) {
    REQUIRE(w.act("restore", {{"version", "1"}}, "back " + std::to_string(round)).kind == answer_kind::done);
    CHECK_FALSE(w.served().contains("new.html"));
    const auto forth = round == 0 ? w.act("restore", {{"version", "2"}}, "forth") : w.undo(before);
    REQUIRE_MESSAGE(forth.kind == answer_kind::done, forth.problem.text());
    CHECK(w.served() == w.local);
    CHECK(w.look().at("restores") == before.at("restores"));
    CHECK(w.broken == "");
  }
}

TEST_CASE("provider/site: what somebody else wrote meanwhile is kept before it is taken back") {
  window w;
  w.local = {{"a.js", "1"}, {"index.html", "1"}};
  REQUIRE(w.publish("1").kind == answer_kind::done);
  w.local = {{"a.js", "2"}, {"index.html", "2"}};
  REQUIRE(w.publish("2").kind == answer_kind::done);
  w.bucket.put("a.js", "theirs", {}, {}).value();
  const auto done = w.act("restore", {}, "back");
  REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
  CHECK(w.served() == files{{"a.js", "1"}, {"index.html", "1"}});
  const auto& all = w.bucket.objects();
  CHECK(std::any_of(all.begin(), all.end(), [](const auto& o) {
    return o.first.starts_with(".shipflow/kept/") && o.second.body == "theirs";
  }));
}

TEST_CASE(
    "provider/site: what is too large for one copy is kept, changed and brought back in parts, from any "
    "write") {
  const std::string film(10'000, 'a');
  const std::string other = "b" + std::string(7'000, 'b');
  const files one{{"film.mp4", film}, {"index.html", "1"}};
  const files two{{"film.mp4", other}, {"index.html", "2"}};
  for (std::uint64_t at = 0; at <= 40; ++at) {
    CAPTURE(at);
    window w;
    w.largest_copy = 4'096;
    w.copied_part = 1'024;
    w.local = one;
    REQUIRE(w.publish("1").kind == answer_kind::done);
    w.target["cache"] = json::object{{"*.mp4", "max-age=60"}};
    REQUIRE(w.publish("1", "other caching").value.at("uploaded") == 0);
    CHECK(w.bucket.find("film.mp4")->headers.at("cache-control") == "max-age=60");
    const auto before = w.look();
    w.local = two;
    w.on.allow(at);
    const auto done = w.publish("2");
    w.on.allow(1'000'000);
    if (done.kind == answer_kind::done) CHECK(w.served() == two);
    const auto back = w.undo(before);
    REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
    CHECK(w.served() == one);
    CHECK(w.bucket.find("film.mp4")->headers.at("cache-control") == "max-age=60");
    CHECK(w.bucket.uploads().empty());
    CHECK(w.look().at("restores") == before.at("restores"));
  }
}

TEST_CASE("provider/site: what is pending cannot be read, or is a newer format") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  for (const auto* text :
       {"", "{}\n", "no JSON\n", "{\"shipflow_pending\":2}\n", "{\"shipflow_pending\":1}"}) {
    CAPTURE(text);
    w.bucket.put(site::pending_name, text, {}, {}).value();
    CHECK(w.publish("1.1.0").problem.code == errc::corrupt);
    CHECK(w.act("restore").problem.message.find("cannot be read") != std::string::npos);
  }
}
