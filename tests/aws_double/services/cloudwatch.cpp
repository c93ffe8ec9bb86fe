#include "world/aws/cloudwatch.hpp"

#include "aws_double/service.hpp"

namespace tests {
namespace {

const registered cloudwatch({.signing = "monitoring",
                             .speaks = speech::json,
                             .version = "GraniteServiceVersion20100801",
                             .answers = [](const call& c) {
                               auto& model = c.models.of<shipflow::cloud::cloudwatch>();
                               return c.operation == "PutMetricData" ? model.put(c.input, c.now)
                                                                     : model.ask(c.operation, c.input, c.now);
                             }});

}  // namespace
}  // namespace tests
