// Files and objects that make trouble.
#include "http/server_process.hpp"
#include "provider/site/transfer.hpp"
#include "window.hpp"

#include <filesystem>
#include <fstream>

using namespace tests;

namespace {

/// One file of any size, of which nothing is ever read.
class enormous final : public site::tree {
 public:
  explicit enormous(std::uint64_t size) : size_(size) {}
  result<std::optional<site::file>> next() override {
    if (told_) return std::optional<site::file>{};
    told_ = true;
    return std::optional<site::file>({"film.mp4", {size_, 1, 1}});
  }
  [[nodiscard]] result<std::unique_ptr<site::content>> open(const std::string& key) const override {
    return make_error(errc::io, key + " was read");
  }

 private:
  std::uint64_t size_;
  bool told_ = false;
};

answer published(window& w, std::uint64_t size) {
  const auto q = w.make(verb::apply, "publish", {{"version", "1"}}, "k");
  site::progress seen;
  site::session s{w.on, w.nobody, q, *site::read_binding(q.target), seen, [&] { return w.clock; }};
  return site::effect(s, [&](const request&, const std::string&) -> result<std::unique_ptr<site::tree>> {
    return std::unique_ptr<site::tree>(std::make_unique<enormous>(size));
  });
}

}  // namespace

TEST_CASE(
    "provider/site: huge files go up in at most 10,000 parts, none over 5 GiB, or are refused by name") {
  for (const auto size : {std::uint64_t{6} << 30U, std::uint64_t{160'000} << 20U, std::uint64_t{5} << 40U,
                          std::uint64_t{39} << 40U}) {
    CAPTURE(size);
    const auto part = site::part_size_for(size);
    CHECK((size + part - 1) / part <= static_cast<std::uint64_t>(s3::most_parts));
    CHECK(part <= s3::largest_copy);
    CHECK(part >= site::part_size);
    window w;
    CHECK(published(w, size).problem.message == "film.mp4 was read");
  }
  window w;
  const auto refused = published(w, std::uint64_t{64} << 40U);
  CHECK(refused.problem.code == errc::unsupported);
  CHECK(refused.problem.message ==
        "frontend: file film.mp4 is larger than what S3 takes in 10000 parts; leave it out");
  CHECK(w.served().empty());
}

TEST_CASE("provider/site: a sparse file over 5 GiB is seen with its size, and its parts cover it once") {
  const temporary_directory at;
  const std::uint64_t size = (std::uint64_t{6} << 30U) + 5;
  std::ofstream(at.path / "film.mp4") << "begins";
  std::filesystem::resize_file(at.path / "film.mp4", size);
  auto t = site::open_directory(at.path.string());
  REQUIRE(t.has_value());
  const auto f = **(*t)->next();
  CHECK(f.is.size == size);
  const auto bytes = (*t)->open(f.key);
  REQUIRE(bytes.has_value());
  CHECK(*(*bytes)->read(size - 5, 5) == std::string(5, '\0'));
  CHECK((*bytes)->read(size - 5, 6).error().code == errc::conflict);
}

TEST_CASE("provider/site: objects of others with odd keys are neither touched nor in the way") {
  window w;
  const files odd{
      {"a//b", "1"}, {"./x", "2"},       {"a/../b", "3"}, {"..", "4"},      {"/first", "5"},
      {" ", "6"},    {"new\nline", "7"}, {"100%", "8"},   {"folder/", "9"}, {"~a b+\xC3\xBC", "10"}};
  for (const auto& [key, body] : odd) w.bucket.put(key, body, {}, {}).value();
  const auto nothing = w.look();
  w.on.page = 2;
  w.local = shop("1");
  REQUIRE(w.publish("1").kind == answer_kind::done);
  CHECK(w.act("verify").kind == answer_kind::done);
  w.local = shop("2");
  REQUIRE(w.publish("2").kind == answer_kind::done);
  REQUIRE(w.act("restore", {}, "back").kind == answer_kind::done);
  REQUIRE(w.act("prune").kind == answer_kind::done);
  auto now = w.served();
  for (const auto& [key, body] : odd) CHECK(now[key] == body);
  REQUIRE(w.undo(nothing).kind == answer_kind::done);
  CHECK(w.served() == odd);
}

TEST_CASE("provider/site: how far it is, is said in files and bytes") {
  site::progress p;
  CHECK(site::underway(p, duration{500}).text == "looking at what is there");
  p.doing = "assets";
  p.all_files = 4;
  p.files = 1;
  p.all_bytes = std::uint64_t{100} << 20U;
  p.bytes = std::uint64_t{25} << 20U;
  const auto a = site::underway(p, duration{500});
  CHECK(a.kind == answer_kind::progress);
  CHECK(a.text == "assets: 1 of 4 files, 25 of 100 MiB");
  CHECK(a.percent == 25);
}
