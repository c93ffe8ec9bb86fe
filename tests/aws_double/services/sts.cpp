#include "aws_double/service.hpp"

namespace tests {
namespace {

using namespace shipflow;

const registered sts({.signing = "sts",
                      .speaks = speech::query,
                      .version = "2011-06-15",
                      .answers = [](const call& c) -> cloud::reply {
                        if (c.operation != "GetCallerIdentity")
                          return cloud::refused("InvalidAction", c.operation + " is not modelled");
                        const auto& account = c.models.of<cloud::ecs_options>().account;
                        return json::object{{"Account", account},
                                            {"Arn", "arn:aws:iam::" + account + ":user/shop"},
                                            {"UserId", "U"}};
                      }});

}  // namespace
}  // namespace tests
