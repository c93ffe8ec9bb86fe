// A program that dies in the middle of a step and goes on when it is started again:
// resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]
//
// With `die` it ends at once after the second page was written, before it could say so. Started again it does not write
// that page twice: shipflow asks `resolve` first.
#include <shipflow/shipflow.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>

using shipflow::answer;

class pages final : public shipflow::provider {
 public:
  pages(std::filesystem::path directory, bool dies) : directory_(std::move(directory)), dies_(dies) {}

  std::string name() const override { return "pages"; }

  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec write;
    write.name = "write";
    write.undo = shipflow::reversibility::forward_only;
    write.inputs = {{"page", "string", true, false, "name of the file"},
                    {"text", "string", true, false, "its text"}};
    return {write};
  }

  void call(shipflow::request q, shipflow::reply r) override {
    const std::string page(q.inputs.at("page").as_string());
    const std::string text(q.inputs.at("text").as_string());
    switch (q.what) {
      case shipflow::verb::apply: return r(write(page, text));
      case shipflow::verb::resolve: return r(look(page, text));
      default: return r(answer::done());
    }
  }

 private:
  answer write(const std::string& page, const std::string& text) {
    std::ofstream(directory_ / page) << text;
    std::printf("%s: written\n", page.c_str());
    if (dies_ && page == "news") {
      std::fflush(stdout);
      ::_exit(9);
    }
    return answer::done();
  }

  answer look(const std::string& page, const std::string& text) {
    std::ifstream file(directory_ / page);
    const bool there =
        std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()} == text;
    std::printf("%s: looked, it is %s\n", page.c_str(), there ? "there" : "not there");
    return there ? answer::done() : answer::not_applied();
  }

  std::filesystem::path directory_;
  bool dies_;
};

int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: resume_after_crash PLAN ENVIRONMENTS DIRECTORY [die]\n", stderr), 2;
  const std::filesystem::path directory = argv[3];
  shipflow::sqlite_options where;
  where.path = directory / "releases.db";
  const std::shared_ptr<shipflow::store> store = shipflow::open_sqlite_store(where).value();
  shipflow::loop loop;
  shipflow::engine engine(loop, store, {});
  engine.add(std::make_shared<pages>(directory, argc > 4)).value();

  std::string run;
  shipflow::run_filter unfinished;
  unfinished.terminal = false;
  const auto left = store->list_runs(unfinished).value();
  if (left.empty()) {
    shipflow::diagnostics found;
    const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
    const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
    shipflow::release_info release;
    release.version = "1.0.0";
    const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
    if (found.has_errors()) return std::fputs(found.text().c_str(), stderr), 2;
    std::printf("a new run\n");
    run = engine.start(compiled, {"user:me", {}, "", ""}).value();
  } else {
    run = left.front().id;
    std::printf("%zu run goes on\n", engine.resume().value());
  }
  loop.run_until([&] { return engine.ended(run); });
  std::printf("%s\n", std::string(name_of(engine.look(run)->phase)).c_str());
}
