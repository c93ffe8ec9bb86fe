#include "provider/site/model_tree.hpp"

#include <shipflow/json.hpp>

namespace shipflow::site {
namespace {

class text final : public content {
 public:
  explicit text(std::string t) : text_(std::move(t)) {}
  result<std::string> read(std::uint64_t from, std::uint64_t size) override {
    return text_.substr(from, size);
  }
  result<stamp> now() override { return stamp{text_.size(), 0, 0}; }

 private:
  std::string text_;
};

}  // namespace

result<std::optional<file>> model_tree::next() {
  if (at_ == files_.end()) return std::optional<file>{};
  file f{at_->first, {at_->second.size(), 0, 0}};
  ++at_;
  return std::optional<file>(std::move(f));
}

result<std::unique_ptr<content>> model_tree::open(const std::string& key) const {
  const auto at = files_.find(key);
  if (at == files_.end())
    return make_error(errc::not_found, "file " + key + " vanished while the release was read");
  return std::unique_ptr<content>(std::make_unique<text>(at->second));
}

std::map<std::string, std::string> files_of_version(const std::string& version) {
  const auto sheet = "assets/site-" + sha256_hex(version).substr(0, 8) + "0.css";
  const auto page = [&](const std::string& title) {
    return "<html><link href=\"" + sheet + "\"><h1>" + title + " " + version + "</h1></html>";
  };
  std::map<std::string, std::string> out{
      {"index.html", page("shop")},   {"about/index.html", page("about")},
      {"404.html", page("not here")}, {"robots.txt", "User-agent: *\n"},
      {"logo.svg", "<svg/>"},         {"version.json", "{\"version\": \"" + version + "\"}"}};
  out[sheet] = "/* " + version + " */";
  return out;
}

}  // namespace shipflow::site
