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

namespace {

void presign_with(machine& at, const service& s, const wire_request& q, const call_options& how,
                  std::chrono::seconds valid, std::function<void(result<std::string>)> done) {
  if (at.closed) return done(make_error(errc::cancelled, "cancelled"));
  auto region = region_of(at.options, how.region);
  if (!region) return done(region.error());
  auto to = address_of(at.options, s, q, how.endpoint_url, *region);
  if (!to) return done(to.error());
  http::request plain;
  plain.method = q.method;
  plain.url = to->url;
  plain.headers = q.headers;
  plain.body = q.body;
  signing with{to->region, std::string(s.signing), at.now(), s.rules};
  at.ring->take(at, *region,
                [plain, with, valid, done = std::move(done)](const result<credentials>& who) mutable {
                  if (!who) return done(who.error());
                  done(presigned(plain, *who, with, valid));
                });
}

}  // namespace

void client::later(std::function<void()> what) {
  machine_->post([at = machine_.get(), what = std::move(what)] {
    if (!at->closed) what();
  });
}

void client::presign(const service& s, wire_request q, call_options how, std::chrono::seconds valid,
                     std::function<void(result<std::string>)> done) {
  machine_->post(
      [at = machine_, s, q = std::move(q), how = std::move(how), valid, done = std::move(done)]() mutable {
        presign_with(*at, s, q, how, valid, std::move(done));
      });
}

}  // namespace shipflow::aws
