#include "aws/client.hpp"

#include "aws/call.hpp"
#include "aws/machine.hpp"

#include <utility>

namespace shipflow::aws {

client::client(aws_options options)
    : options_(std::move(options)), machine_(std::make_shared<machine>(options_)) {}

client::~client() { machine_->close(); }

void client::call(const service& s, std::string operation, json::object input, call_options how,
                  std::function<void(outcome)> done) {
  auto c = std::make_shared<aws::call>(*machine_, s, std::move(operation), std::move(input), std::move(how),
                                       std::move(done));
  machine_->post([c = std::move(c)] { c->begin(); });
}

}  // namespace shipflow::aws
