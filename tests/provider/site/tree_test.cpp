// Directories as people leave them.
#include "http/server_process.hpp"
#include "provider/site/transfer.hpp"
#include "window.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace tests;

namespace {

struct folder {
  temporary_directory at;
  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((at.path / name).parent_path());
    std::ofstream(at.path / name) << text;
  }
  [[nodiscard]] result<std::vector<std::string>> keys() const {
    auto t = site::open_directory(at.path.string());
    if (!t) return t.error();
    std::vector<std::string> out;
    for (;;) {
      auto f = (*t)->next();
      if (!f) return f.error();
      if (!*f) return out;
      out.push_back((*f)->key);
    }
  }
  [[nodiscard]] std::string trouble() const {
    const auto k = keys();
    return k ? std::string{} : k.error().message;
  }
};

}  // namespace

TEST_CASE("provider/site: files come in the order of their keys, folders and odd names among them") {
  const folder f;
  for (const auto* name :
       {"b/x", "b.txt", "b-1", "a/b/c", "a.b", "\xC3\xBC/1", "z (1)+%.html", ".well-known/x"})
    f.put(name, "x");
  const auto keys = f.keys();
  REQUIRE_MESSAGE(keys.has_value(), keys.error().message);
  CHECK(keys->size() == 8);
  CHECK(std::is_sorted(keys->begin(), keys->end()));
}

TEST_CASE("provider/site: links inside the directory are followed, others are refused by name") {
  const folder f;
  f.put("real/page.html", "page");
  std::filesystem::create_symlink("real/page.html", f.at.path / "link.html");
  std::filesystem::create_symlink("real", f.at.path / "again");
  CHECK(*f.keys() == std::vector<std::string>{"again/page.html", "link.html", "real/page.html"});
  std::filesystem::create_symlink("/etc/passwd", f.at.path / "outside");
  CHECK(f.trouble() == "file outside is a symbolic link out of the directory; copy what it names");
  std::filesystem::remove(f.at.path / "outside");
  std::filesystem::create_symlink("../", f.at.path / "real/up");
  CHECK(f.trouble().find("is a symbolic link to a folder around it") != std::string::npos);
  std::filesystem::remove(f.at.path / "real/up");
  std::filesystem::create_symlink("nowhere", f.at.path / "broken");
  CHECK(f.trouble() == "file broken is a symbolic link to nothing; remove it");
}

TEST_CASE("provider/site: what is no file, and names that are no text, are refused") {
  const folder f;
  REQUIRE(::mkfifo((f.at.path / "pipe").c_str(), 0600) == 0);
  CHECK(f.trouble() == "file pipe is neither a file nor a folder; remove it");
  std::filesystem::remove(f.at.path / "pipe");
  f.put("bad\xFFname", "x");
  CHECK(f.trouble().find("file bad?name has a name that is no UTF-8") == 0);
  std::filesystem::remove(f.at.path / "bad\xFFname");
  f.put("bad\nname", "x");
  CHECK(f.trouble().find("file bad?name has a name") == 0);
  CHECK(site::open_directory((f.at.path / "missing").string()).error().code == errc::not_found);
}

TEST_CASE("provider/site: a file that changes, vanishes or is not what it was is not published") {
  const folder f;
  window w;
  const auto try_it = [&](const std::function<void()>& meanwhile) {
    f.put("page.html", "as it was");
    auto t = site::open_directory(f.at.path.string());
    REQUIRE(t.has_value());
    const auto file = **(*t)->next();
    meanwhile();
    const auto q = w.make(verb::apply, "publish", {}, "k");
    site::progress seen;
    site::session s{w.on, w.nobody, q, *site::read_binding(q.target), seen, [&] { return w.clock; }};
    return site::send(s, **t, {file.key, file.is, {}, {}});
  };
  CHECK(try_it([] {}).has_value());
  const auto changed = try_it([&] { f.put("page.html", "as it is now, longer"); });
  CHECK(changed.error().code == errc::conflict);
  CHECK(changed.error().message.find("changes while it is published") != std::string::npos);
  const auto shorter = try_it([&] { f.put("page.html", "short"); });
  CHECK(shorter.error().code == errc::conflict);
  const auto gone = try_it([&] { std::filesystem::remove(f.at.path / "page.html"); });
  CHECK(gone.error().code == errc::not_found);
  CHECK(gone.error().message == "file page.html vanished while the release was read");
}

TEST_CASE("provider/site: large files go up in parts, and parts that are there are not sent again") {
  const folder f;
  window w;
  const std::string text(site::part_size * 2 + 5, 'x');
  f.put("film.mp4", text);
  const auto q = w.make(verb::apply, "publish", {}, "k");
  site::progress seen;
  site::session s{w.on, w.nobody, q, *site::read_binding(q.target), seen, [&] { return w.clock; }};
  auto t = site::open_directory(f.at.path.string());
  const auto file = **(*t)->next();
  const auto bytes = (*t)->open(file.key);
  w.on.allow(2);  // the beginning and one part
  std::vector<site::consignment> all{{bytes->get(), {file.key, file.is, {}, {}}, {}}};
  CHECK_FALSE(site::send_in_parts(s, all).has_value());
  w.on.allow(1'000);
  const auto before = w.bucket.writes();
  const auto done = site::send_in_parts(s, all);
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
  const auto* sent = &all.front().arrived;
  CHECK(w.bucket.writes() - before == 3);  // two parts, and putting them together
  CHECK(w.bucket.find("film.mp4")->body == text);
  CHECK(sent->digest == *site::digest_of(**bytes, file.is.size));
  CHECK(sent->etag == *site::etag_of(**bytes, file.is.size));
  CHECK(w.bucket.uploads().empty());
}

namespace {

/// Notes how many parts the bucket had whenever one was read.
class counted_content final : public site::content {
 public:
  counted_content(const window& over, std::uint64_t size) : over_(over), size_(size) {}
  result<std::string> read(std::uint64_t, std::uint64_t size) override {
    std::size_t there = 0;
    for (const auto& [id, upload] : over_.bucket.uploads()) there += upload.parts.size();
    parts_there.push_back(there);
    return std::string(size, 'm');
  }
  result<site::stamp> now() override { return site::stamp{size_, 1, 1}; }
  std::vector<std::size_t> parts_there;

 private:
  const window& over_;
  std::uint64_t size_;
};

}  // namespace

TEST_CASE("provider/site: of a manifest of any size one part is in memory") {
  window w;
  const auto q = w.make(verb::apply, "publish", {}, "k");
  site::progress seen;
  site::crew hands{4};
  site::session s{w.on, hands, q, *site::read_binding(q.target), seen, [&] { return w.clock; }};
  counted_content text(w, site::part_size * 4 + 5);
  REQUIRE(site::send_own(s, site::manifest_name, text, site::part_size * 4 + 5, {}).has_value());
  CHECK(text.parts_there == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("provider/site: a manifest that is damaged, out of order or newer is an error") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  const auto good = w.bucket.find(site::manifest_name)->body;
  const auto with = [&](const std::string& text) {
    w.bucket.put(site::manifest_name, text, {}, {}).value();
    return w.act("verify").problem;
  };
  CHECK(with("").code == errc::corrupt);
  CHECK(with("{}\n").message.find("no `shipflow_site`") != std::string::npos);
  CHECK(with("{\"shipflow_site\": 2}\n").code == errc::newer_version);
  CHECK(with(good.substr(0, good.size() - 5)).code == errc::corrupt);
  CHECK(with(good + good.substr(good.find('\n') + 1)).message.find("not in order") != std::string::npos);
  CHECK(with(good.substr(0, good.find('\n') + 1) + std::string(70'000, 'x') + "\n").message.find("64 KiB") !=
        std::string::npos);
  CHECK(with(good).message.empty());
}

TEST_CASE("provider/site: what a bucket lists is walked page by page") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  // Somebody else's objects between ours: they are listed, and neither kept in memory nor touched.
  for (int i = 0; i < 20'000; ++i) w.bucket.put("m/" + std::to_string(i), "x", {}, {}).value();
  w.on.page = 100;
  CHECK(w.publish("1.0.0", "again").value.at("changed") == 0);
  CHECK(w.act("verify").kind == answer_kind::done);
}
