#include "world/aws/cloudwatch.hpp"

#include "aws_double/service.hpp"
#include "world/aws/alarms.hpp"

namespace tests {
namespace {

using namespace shipflow;

cloud::reply answer(const call& c) {
  if (c.operation.find("Alarm") != std::string::npos)
    return c.models.of<cloud::alarms>().ask(c.operation, c.input, c.now);
  auto& metrics = c.models.of<cloud::cloudwatch>();
  return c.operation == "PutMetricData" ? metrics.put(c.input, c.now)
                                        : metrics.ask(c.operation, c.input, c.now);
}

const registered cloudwatch({.signing = "monitoring",
                             .speaks = speech::json,
                             .version = "GraniteServiceVersion20100801",
                             .answers = answer});

}  // namespace
}  // namespace tests
