#include "aws_double/service.hpp"

namespace tests {
namespace {

const registered elb({.signing = "elasticloadbalancing",
                      .speaks = speech::query,
                      .version = "2015-12-01",
                      .answers = [](const call& c) {
                        c.models.of<shipflow::cloud::ecs>().advance(c.now);
                        return c.models.of<shipflow::cloud::elb>().ask(c.operation, c.input, c.now);
                      }});

}  // namespace
}  // namespace tests
