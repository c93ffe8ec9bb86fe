#include "aws_double/cloudformation.hpp"

#include "aws_double/service.hpp"

namespace tests {
namespace {

const registered cloudformation({.signing = "cloudformation",
                                 .speaks = speech::query,
                                 .version = "2010-05-15",
                                 .answers = [](const call& c) {
                                   return c.models.of<shipflow::cloud::cloudformation>().ask(c.operation,
                                                                                             c.input, c.now);
                                 }});

}  // namespace
}  // namespace tests
