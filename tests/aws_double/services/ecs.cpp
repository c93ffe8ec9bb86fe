#include "aws_double/service.hpp"

namespace tests {
namespace {

const registered ecs({.signing = "ecs",
                      .speaks = speech::json,
                      .version = "AmazonEC2ContainerServiceV20141113",
                      .answers = [](const call& c) {
                        return c.models.of<shipflow::cloud::ecs>().ask(c.operation, c.input, c.now);
                      }});

}  // namespace
}  // namespace tests
