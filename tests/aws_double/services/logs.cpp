#include "aws_double/service.hpp"

namespace tests {

namespace {

const registered logs(
    {.signing = "logs", .speaks = speech::json, .version = "Logs_20140328", .answers = [](const call& c) {
       c.models.of<shipflow::cloud::ecs>().advance(c.now);
       return c.models.of<shipflow::cloud::logs>().ask(c.operation, c.input);
     }});

}  // namespace
}  // namespace tests
