// A frontend in front of real visitors: files in a bucket of a real S3 server, CloudFront before it, and a look at what is
// served.
#pragma once

#include "aws_double/double.hpp"
#include "s3/versitygw.hpp"
#include "window.hpp"
#include "world/aws/cloudfront.hpp"

#include <shipflow/shipflow.hpp>

#include <filesystem>
#include <fstream>

namespace tests {

/// Reads the first page as a visitor gets it.
class smoke final : public provider {
 public:
  explicit smoke(std::function<std::string()> page) : page_(std::move(page)) {}
  std::string name() const override { return "smoke"; }
  std::vector<action_spec> actions() const override {
    action_spec look;
    look.name = "look";
    look.undo = reversibility::forward_only;
    look.inputs = {{"text", "string", true, false, "what has to be on the first page"}};
    return {look};
  }
  void call(request q, reply r) override {
    const auto wanted = std::string(q.inputs.at("text").as_string());
    const auto page = q.what == verb::apply ? page_() : wanted;
    if (page.find(wanted) != std::string::npos) return r(answer::done());
    r(answer::failed(make_error(errc::failed, "the first page does not say " + wanted)));
  }

 private:
  std::function<std::string()> page_;
};

/// A bucket of a real server, a distribution, and a plan that releases to both.
struct frontend {
  std::string plan_text;
  /// The environments, given the server and the folder of the files.
  std::function<std::string(const std::string& s3, const std::string& directory)> environments;
  std::string origin_path{};  ///< of the distribution at first
  versitygw server{};
  aws_double cdn{{}, 600};
  temporary_directory folder;
  aws::client c{server.keys.options()};
  std::unique_ptr<s3::bucket> bucket = s3::make_bucket(c, server.at());

  frontend(std::string plan, std::function<std::string(const std::string&, const std::string&)> where,
           std::string path = "")
      : plan_text(std::move(plan)), environments(std::move(where)), origin_path(std::move(path)) {
    cdn.with<cloud::cloudfront>([&](auto& model, auto) { model.install("E2EXAMPLE1AB", origin_path); });
  }
  /// What viewers are sent to now.
  std::string path() {
    std::string out;
    cdn.with<cloud::cloudfront>(
        [&](auto& model, auto) { out = cloud::cloudfront::origin_path(*model.find("E2EXAMPLE1AB")); });
    return out;
  }
  std::string page(const std::string& name = "index.html") {
    const auto got = bucket->get((path() + "/" + name).substr(1), 0, 4096);
    return got ? got->body : std::string{};
  }
  void build(const files& site) const {
    for (const auto& e : std::filesystem::directory_iterator(folder.path))
      std::filesystem::remove_all(e.path());
    for (const auto& [key, text] : site) {
      std::filesystem::create_directories((folder.path / key).parent_path());
      std::ofstream(folder.path / key) << text;
    }
  }
  plan compiled(engine& works, const std::string& version) const {
    diagnostics found;
    const auto document = read_plan(parse_document(plan_text, "plan.yaml", found), found);
    const auto where = read_environment(
        parse_document(environments(server.url(), folder.path.string()), "environments.yaml", found),
        "production", {}, found);
    release_info release;
    release.version = version;
    auto out = compile(document, where, release, {}, works.offers(), found);
    REQUIRE_MESSAGE(!found.has_errors(), found.text());
    return out;
  }
  void equip(engine& works) {
    works.add(make_site_provider({server.keys.options()})).value();
    works.add(make_cloudfront_provider({.aws = place::with_keys(cdn.url()).options()})).value();
    works.add(std::make_shared<smoke>([this] { return page(); })).value();
  }
  std::string released(const std::string& version) {
    loop time;
    engine works(time, make_memory_store(), {});
    equip(works);
    const auto run = works.start(compiled(works, version), {"user:me", {}, "", ""}).value();
    time.run_until([&] { return works.ended(run); });
    const auto state = works.look(run);
    return std::string(name_of(state->phase)) + " " + state->reason;
  }
  files served() const {
    files out;
    const auto all = bucket->list("", "");
    REQUIRE(all.has_value());
    for (const auto& o : all->objects)
      if (!o.key.starts_with(".shipflow/")) out[o.key] = bucket->get(o.key, 0, 4096)->body;
    return out;
  }
};

}  // namespace tests
