// What a change set would replace and delete, however many pages it has.
#include "provider/cloudformation/change_sets.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using namespace shipflow::cloudformation;

namespace {

/// Answers DescribeChangeSet with a page each; `last` has no next one.
class pages final : public aws::desk {
 public:
  explicit pages(int last) : last_(last) {}
  aws::outcome ask(const request& /*q*/, const aws::destination& /*where*/, const aws::service& /*of*/,
                   const std::string& operation, json::object input, again /*may*/) override {
    CHECK(operation == "DescribeChangeSet");
    const auto* token = input.if_contains("NextToken");
    CHECK((token == nullptr) == (asked == 0));
    if (token != nullptr) CHECK(*token == json::value(std::to_string(asked)));
    ++asked;
    json::object page{{"Changes", json::array{change("Table" + std::to_string(asked))}}};
    if (asked != last_) page["NextToken"] = std::to_string(asked);
    return page;
  }
  time_point now() override { return {}; }
  result<std::string> account(const request& /*q*/, const aws::destination& /*where*/) override { return ""; }

  int asked = 0;

 private:
  static json::object change(const std::string& name) {
    return {{"Type", "Resource"},
            {"ResourceChange",
             {{"Action", "Remove"}, {"LogicalResourceId", name}, {"ResourceType", "AWS::DynamoDB::Table"}}}};
  }
  int last_;
};

class no_assets final : public depot {
 public:
  brought bring(const asset& /*a*/, const aws::destination& /*where*/) override { return {}; }
};

aws::got<losses> found_in(pages& all) {
  const request q;
  const file_reader file;
  no_assets assets;
  session s{{all, q, {}}, {}, file, assets};
  return losses_of(s, "shop", "shipflow-1");
}

}  // namespace

TEST_CASE("provider/cloudformation: what a change set deletes is found on its last page too") {
  pages all(50);
  const auto lost = found_in(all);
  REQUIRE(lost.has_value());
  CHECK(lost->removed.size() == 50);
  CHECK(lost->removed.back() == "Table50 (AWS::DynamoDB::Table)");
}

TEST_CASE("provider/cloudformation: a change set that goes on and on is refused, not taken for harmless") {
  pages all(1'000);
  const auto lost = found_in(all);
  REQUIRE(!lost.has_value());
  CHECK(all.asked == 50);
  CHECK(lost.error().kind == answer_kind::failed);
  CHECK(lost.error().problem.message.find("DescribeChangeSet goes on after 50 pages") != std::string::npos);
}
