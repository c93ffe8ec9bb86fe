#include <shipflow/providers/gate.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace shipflow;

namespace {

struct folder {
  std::filesystem::path path;
  folder() {
    auto name = (std::filesystem::temp_directory_path() / "shipflow-gate-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~folder() { std::filesystem::remove_all(path); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  void put(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
};

answer check(json::object inputs, verb what = verb::apply) {
  request q;
  q.what = what;
  q.action = "check";
  q.inputs = std::move(inputs);
  answer out;
  make_gate_provider()->call(std::move(q), reply([&](answer a) { out = std::move(a); }));
  return out;
}

}  // namespace

TEST_CASE("provider/gate: a report that is good enough is done, with its numbers") {
  const folder f;
  f.put("coverage.xml", "<coverage line-rate=\"0.85\"/>");
  const auto a = check({{"file", "coverage.xml"},
                        {"directory", f.path.string()},
                        {"kind", "cobertura"},
                        {"bounds", {{"lines", "80%"}}}});
  REQUIRE(a.kind == answer_kind::done);
  CHECK(a.value.at("state").as_string() == "passed");
  CHECK(a.value.at("numbers").at("lines").as_double() == doctest::Approx(85));
}

TEST_CASE("provider/gate: a report that is not fails for good, and says which bound does not hold") {
  const folder f;
  f.put("coverage.xml", "<coverage line-rate=\"0.75\"/>");
  const auto a = check(
      {{"file", (f.path / "coverage.xml").string()}, {"kind", "cobertura"}, {"bounds", {{"lines", "80%"}}}});
  REQUIRE(a.kind == answer_kind::failed);
  CHECK_FALSE(a.problem.retryable());
  CHECK(a.problem.message.ends_with("coverage.xml: failed: lines is 75%, must be >= 80%"));
}

TEST_CASE("provider/gate: a missing report and tests that did not run are what the plan says") {
  const folder f;
  f.put("junit.xml", "<testsuite><testcase><skipped/></testcase></testsuite>");
  const auto at = f.path.string();
  CHECK(check({{"file", "gone.xml"}, {"directory", at}, {"kind", "junit"}}).problem.message ==
        "there is no report " + at + "/gone.xml (the plan may say `missing: pass`)");
  CHECK(check({{"file", "gone.xml"}, {"directory", at}, {"kind", "junit"}, {"missing", "pass"}})
            .value.at("state") == "skipped");
  CHECK(check({{"file", "junit.xml"}, {"directory", at}, {"kind", "junit"}})
            .problem.message.find("all tests were skipped (the plan may say `none_ran: pass`)") !=
        std::string::npos);
  CHECK(check({{"file", "junit.xml"}, {"directory", at}, {"kind", "junit"}, {"none_ran", "pass"}})
            .value.at("state") == "skipped");
}

TEST_CASE("provider/gate: what cannot be read fails, whatever the plan says") {
  const folder f;
  f.put("bad.xml", "<testsuite");
  const auto at = f.path.string();
  CHECK(check({{"file", "bad.xml"},
               {"directory", at},
               {"kind", "junit"},
               {"missing", "pass"},
               {"none_ran", "pass"}})
            .kind == answer_kind::failed);
  CHECK(check({{"file", at}, {"kind", "junit"}, {"missing", "pass"}}).kind == answer_kind::failed);
  CHECK(check({{"file", "bad.xml"}, {"kind", "toml"}}).problem.message ==
        "there is no report of kind `toml`");
  CHECK(check({{"file", "bad.xml"}, {"kind", "junit"}, {"bounds", {{"x", 1}}}}).kind == answer_kind::failed);
}

TEST_CASE("provider/gate: pipes and devices are refused at once, since reading them might never end") {
  const folder f;
  const auto pipe = (f.path / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto& path : {pipe, std::string("/dev/zero"), f.path.string()}) {
    CAPTURE(path);
    const auto a = check({{"file", path}, {"kind", "junit"}, {"missing", "pass"}});
    CHECK(a.kind == answer_kind::failed);
    CHECK(a.problem.message == path + ": it is no regular file");
  }
}

TEST_CASE("provider/gate: after a crash it is read again") {
  CHECK(check({}, verb::resolve).kind == answer_kind::not_applied);
}
