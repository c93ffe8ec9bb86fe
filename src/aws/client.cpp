#include "aws/client.hpp"

#include "aws/call.hpp"
#include "aws/machine.hpp"

#include <utility>

namespace shipflow::aws {

client::client(aws_options options)
    : options_(std::move(options)), machine_(std::make_shared<machine>(options_)) {}

client::~client() { machine_->close(); }

void client::call(const service& s, std::string operation, const json::object& input, call_options how,
                  std::function<void(outcome)> done) {
  auto q = encode(s, operation, input);
  send(s, std::move(q), std::move(how),
       [s, operation = std::move(operation), done = std::move(done)](rest_outcome o) {
         if (!o) return done(o.error());
         auto body = decode(s, operation, o->body);
         if (body) return done(std::move(*body));
         failure f;
         f.code = errc::failed;
         f.message = std::string(s.host) + " " + operation + ": " + body.error().message;
         f.status = o->status;
         f.sent = true;
         done(std::move(f));
       });
}

void client::send(const service& s, wire_request q, call_options how,
                  std::function<void(rest_outcome)> done) {
  auto c = std::make_shared<aws::call>(*machine_, s, std::move(q), std::move(how), std::move(done));
  machine_->post([c = std::move(c)] { c->begin(); });
}

}  // namespace shipflow::aws
