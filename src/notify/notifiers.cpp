// Slack, webhooks and commands behind one notifier with one thread.
#include "base/signals_blocked.hpp"
#include "notify/kinds.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <stop_token>
#include <thread>

namespace shipflow {
namespace notify {
namespace {

namespace asio = boost::asio;
using reply = std::function<void(delivery_answer)>;

class notifiers final : public notifier {
 public:
  notifiers()
      : work_(asio::make_work_guard(io_)), client_(std::make_shared<http::client>(io_.get_executor())) {
    const signals_blocked meanwhile;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~notifiers() override {
    closing_.request_stop();
    asio::post(io_, [this] { client_.reset(); });
    work_.reset();
    thread_.join();
  }
  notifiers(const notifiers&) = delete;
  notifiers& operator=(const notifiers&) = delete;

  [[nodiscard]] std::vector<std::string> kinds() const override { return {"slack", "webhook", "command"}; }
  [[nodiscard]] result<void> check(const std::string& kind, const json::object& spec) const override {
    return check_channel(kind, spec);
  }

  void send(delivery q, reply done) override {
    asio::post(io_, [this, q = std::move(q), done = std::move(done)]() mutable {
      if (q.kind == "command")
        run(q, std::move(done));
      else
        post(q, std::move(done));
    });
  }

 private:
  void post(const delivery& q, reply done) {
    auto made = q.kind == "slack" ? slack_request(q.spec, q) : webhook_request(q.spec, q);
    if (!made) return done(delivery_answer::refused(made.error().message));
    if (!client_) return done(delivery_answer::again("the program ends"));
    auto sent = std::make_shared<http::request>(std::move(*made));
    client_->send(*sent, [sent, now = q.now, done = std::move(done)](const http::outcome& o) {
      done(judge(*sent, o, now));
    });
  }

  // Ends when the delivery is called off, and when the notifier goes.
  void run(const delivery& q, reply done) {
    auto made = command_of(q.spec, q);
    if (!made) return done(delivery_answer::refused(made.error().message));
    auto stop = std::make_shared<std::stop_source>();
    auto links = std::make_shared<std::pair<forward, forward>>(
        std::piecewise_construct, std::forward_as_tuple(q.stop, stopper{stop}),
        std::forward_as_tuple(closing_.get_token(), stopper{stop}));
    const auto limit = std::max(q.deadline - q.now, duration{1});
    auto spec = std::make_shared<process::child_spec>(std::move(*made));
    process::run_child(io_.get_executor(), *spec, limit, stop->get_token(),
                       [spec, links, done = std::move(done)](const result<process::child_end>& end) {
                         done(judge(*spec, end));
                       });
  }

  struct stopper {
    std::shared_ptr<std::stop_source> stop;
    void operator()() const { stop->request_stop(); }
  };
  using forward = std::stop_callback<stopper>;

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::shared_ptr<http::client> client_;
  std::stop_source closing_;
  std::thread thread_;
};

}  // namespace
}  // namespace notify

inline namespace v1 {

std::shared_ptr<notifier> make_notifiers() { return std::make_shared<notify::notifiers>(); }

result<void> check_channel(const std::string& kind, const json::object& spec) {
  const delivery nothing{};
  const auto answer = [](const auto& made) -> result<void> {
    if (!made) return made.error();
    return {};
  };
  if (kind == "slack") return answer(notify::slack_request(spec, nothing));
  if (kind == "webhook") return answer(notify::webhook_request(spec, nothing));
  if (kind == "command") return answer(notify::command_of(spec, nothing));
  return make_error(errc::not_found, "nothing here sends messages of kind \"" + kind + "\"");
}

}  // namespace v1
}  // namespace shipflow
