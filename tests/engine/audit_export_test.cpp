#include "rig.hpp"

#include <shipflow/audit.hpp>
#include <shipflow/signature.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::errc;

namespace {

std::string exported(rig& r) {
  plan_builder b;
  b.set("api", "api", "2");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  return shipflow::export_audit(*r.store, run).value();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void corrupt(const std::string& text, const std::string& why) {
  const auto found = shipflow::verify_export(text);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == errc::corrupt);
  CHECK_MESSAGE(found.error().message.find(why) != std::string::npos, found.error().message);
}

}  // namespace

TEST_CASE("engine/audit: an export is verified without the store, to the same head") {
  rig r;
  const auto text = exported(r);
  const auto found = shipflow::verify_export(text);
  REQUIRE(found.has_value());
  const auto whole = shipflow::verify_audit(*r.store, found->run).value();
  CHECK(found->found.facts == whole.facts);
  CHECK(found->found.head == whole.head);
}

TEST_CASE("engine/audit: whatever is changed, left out, added or cut off is found and named") {
  rig r;
  const auto text = exported(r);
  corrupt(replaced(text, "\"principal\":\"user:dana\"", "\"principal\":\"user:lee\""),
          "its hash does not match");
  corrupt(replaced(text, "\"title\":\"api\"", "\"title\":\"apj\""), "the plan is not the one");
  corrupt(text.substr(0, text.size() - 5), "cut off");
  const auto last = text.rfind('\n', text.size() - 2);
  corrupt(text.substr(0, last + 1), "names ");
  corrupt(text + text.substr(last + 1), "stands where");
  corrupt(replaced(text, "\"facts\":", "\"facts\":1"), "names ");
  corrupt(replaced(text, "{\"fact\":{", "{\"fact\":{\"more\":1,"), "holds more than a fact");
  corrupt("{\"x\":1}\n", "no export");
  corrupt("", "cut off");
  CHECK(
      shipflow::verify_export(replaced(text, "\"shipflow_audit\":1", "\"shipflow_audit\":2")).error().code ==
      errc::newer_version);
}

TEST_CASE("engine/audit: every line that is left out is missed") {
  rig r;
  const auto text = exported(r);
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size(); ++lines) {
    const auto end = text.find('\n', begin) + 1;
    CAPTURE(lines);
    CHECK_FALSE(shipflow::verify_export(text.substr(0, begin) + text.substr(end)).has_value());
    begin = end;
  }
  CHECK(lines > 5);
}

TEST_CASE("engine/audit: a run that is not there cannot be exported") {
  rig r;
  CHECK(shipflow::export_audit(*r.store, "nobody").error().code == errc::not_found);
}
