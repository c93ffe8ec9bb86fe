#include "answers.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace shipflow_c {
namespace {

using shipflow::json::object;

constexpr std::int64_t most_ms = 864'000'000'000;

template <class Answer, class Sink>
class pending_of : public pending {
 public:
  explicit pending_of(Sink sink) : sink_(std::move(sink)) {}
  void deliver() final { sink_(std::move(answer_)); }

 protected:
  Answer answer_{};

 private:
  Sink sink_;
};

shipflow::answer_kind kind_named(const std::string& word) {
  using kind = shipflow::answer_kind;
  constexpr std::array kinds{kind::done,    kind::started, kind::progress, kind::not_applied,
                             kind::unknown, kind::failed,  kind::conflict};
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](kind k) { return shipflow::name_of(k) == word; });
  if (found == kinds.end())
    throw failure(SHIPFLOW_INVALID_ARGUMENT,
                  "answer: `kind` must be done, started, progress, not_applied, unknown, "
                  "failed or conflict, not `" +
                      word + "`");
  return *found;
}

shipflow::errc code_for(shipflow::answer_kind kind, std::int64_t status) {
  if (status != SHIPFLOW_OK) return code_of(static_cast<shipflow_status>(status));
  if (kind == shipflow::answer_kind::conflict) return shipflow::errc::conflict;
  return kind == shipflow::answer_kind::unknown ? shipflow::errc::unknown_outcome : shipflow::errc::failed;
}

class action final : public pending_of<shipflow::answer, shipflow::reply> {
 public:
  using pending_of::pending_of;

  void read(const object& given) override {
    members m(given, "answer");
    shipflow::answer out;
    out.kind = kind_named(m.needed("kind"));
    if (const auto* value = m.any("value"))
      out.value = *value;
    else
      out.value = object{};
    out.percent = static_cast<int>(m.integer("percent", -1, -1, 100));
    out.text = m.text("text");
    out.look_again = shipflow::duration{m.integer("look_again_ms", 1'000, 0, most_ms)};
    const auto status = m.integer("status", SHIPFLOW_OK, SHIPFLOW_OK, SHIPFLOW_DECLINED);
    out.problem.message = m.text("message");
    m.done();
    const bool trouble = out.kind == shipflow::answer_kind::failed ||
                         out.kind == shipflow::answer_kind::unknown ||
                         out.kind == shipflow::answer_kind::conflict;
    if (trouble) {
      out.problem.code = code_for(out.kind, status);
      if (out.problem.message.empty()) out.problem.message = "the provider gave no reason";
    }
    answer_ = std::move(out);
  }

  void read_failure(shipflow_status status, const std::string& message) override {
    answer_ = status == SHIPFLOW_UNKNOWN_OUTCOME
                  ? shipflow::answer::unknown(message)
                  : shipflow::answer::failed(shipflow::make_error(code_of(status), message));
  }

  void read_loss() override { answer_ = shipflow::answer::unknown("the host dropped the call"); }
};

class probe final : public pending_of<shipflow::probe_answer, std::function<void(shipflow::probe_answer)>> {
 public:
  using pending_of::pending_of;

  void read(const object& given) override {
    members m(given, "answer");
    shipflow::probe_answer out;
    const auto outcome = m.needed("outcome");
    if (outcome == "pass")
      out.outcome = shipflow::look::pass;
    else if (outcome == "fail")
      out.outcome = shipflow::look::fail;
    else if (outcome != "unavailable")
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: `outcome` must be pass, fail or unavailable");
    out.text = m.text("text").substr(0, 400);
    out.latency = shipflow::duration{m.integer("latency_ms", 0, 0, most_ms)};
    out.details = m.object("details");
    m.done();
    answer_ = std::move(out);
  }

  void read_failure(shipflow_status, const std::string& message) override {
    answer_.text = message.substr(0, 400);
  }
  void read_loss() override { answer_.text = "the host dropped the call"; }
};

[[noreturn]] void wrong_reading(const char* what) {
  throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string("answer: reading: ") + what);
}

std::vector<shipflow::bucket> buckets_of(const shipflow::json::value* list) {
  std::vector<shipflow::bucket> out;
  if (list == nullptr) return out;
  constexpr const char* shape = "`buckets` must be a list of [upper or null, count]";
  if (!list->is_array()) wrong_reading(shape);
  for (const auto& item : list->get_array()) {
    const auto* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[1].is_number()) wrong_reading(shape);
    const auto& upper = (*pair)[0];
    if (!upper.is_null() && !upper.is_number()) wrong_reading(shape);
    out.push_back({upper.is_null() ? std::numeric_limits<double>::infinity() : upper.to_number<double>(),
                   (*pair)[1].to_number<double>()});
  }
  return out;
}

std::vector<shipflow::instance_reading> instances_of(const object& given) {
  std::vector<shipflow::instance_reading> out;
  for (const auto& [name, number] : given) {
    if (!number.is_number()) wrong_reading("`instances` must be an object of numbers");
    out.push_back({std::string(name), number.to_number<double>()});
  }
  return out;
}

shipflow::reading reading_of(const shipflow::json::value& v) {
  shipflow::reading out;
  if (v.is_null()) return out;
  if (v.is_number()) {
    out.what = shipflow::reading::state::value;
    out.number = v.to_number<double>();
    return out;
  }
  if (!v.is_object())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: a reading must be a number, null or an object");
  members m(v.get_object(), "answer: reading");
  const auto state = m.needed("state");
  out.why = m.text("why");
  const auto* number = m.any("number");
  out.buckets = buckets_of(m.any("buckets"));
  out.instances = instances_of(m.object("instances"));
  m.done();
  if (state == "value") {
    if (number == nullptr || !number->is_number()) wrong_reading("`number` is missing");
    out.what = shipflow::reading::state::value;
    out.number = number->to_number<double>();
  } else if (state == "empty") {
    out.what = shipflow::reading::state::empty;
  } else if (state == "invalid") {
    out.what = shipflow::reading::state::invalid;
  } else if (state != "missing") {
    wrong_reading("`state` must be value, empty, missing or invalid");
  }
  return out;
}

class metrics final
    : public pending_of<shipflow::metric_answer, std::function<void(shipflow::metric_answer)>> {
 public:
  metrics(std::size_t series, std::function<void(shipflow::metric_answer)> done)
      : pending_of(std::move(done)), series_(series) {}

  void read(const object& given) override {
    members m(given, "answer");
    shipflow::metric_answer out;
    const auto kind = m.text("kind", "counter");
    if (kind == "gauge")
      out.kind = shipflow::series_kind::gauge;
    else if (kind == "delta")
      out.kind = shipflow::series_kind::delta;
    else if (kind != "counter")
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: `kind` must be counter, gauge or delta");
    out.why = m.text("why");
    const auto* readings = m.any("readings");
    m.done();
    if (out.why.empty()) {
      if (readings == nullptr || !readings->is_array() || readings->get_array().size() != series_)
        throw failure(SHIPFLOW_INVALID_ARGUMENT,
                      "answer: `readings` must be a list with one reading for each of the " +
                          std::to_string(series_) + " series");
      for (const auto& r : readings->get_array()) out.readings.push_back(reading_of(r));
    }
    answer_ = std::move(out);
  }

  void read_failure(shipflow_status status, const std::string& message) override {
    answer_.why = message.empty() ? shipflow_status_name(status) : message;
  }
  void read_loss() override { answer_.why = "the host dropped the call"; }

 private:
  std::size_t series_;
};

class secret final : public pending_of<shipflow::result<std::string>, shipflow::secret_reply> {
 public:
  using pending_of::pending_of;

  void read(const object& given) override {
    members m(given, "answer");
    const auto* value = m.any("value");
    m.done();
    if (value == nullptr || !value->is_string())
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: `value` must be text");
    answer_ = std::string(value->get_string());
  }
  void read_failure(shipflow_status status, const std::string& message) override {
    answer_ = shipflow::make_error(code_of(status), message);
  }
  void read_loss() override {
    answer_ = shipflow::make_error(shipflow::errc::unavailable, "the host dropped the call");
  }
};

class policy final : public pending_of<shipflow::result<void>, shipflow::policy_reply> {
 public:
  using pending_of::pending_of;

  void read(const object& given) override {
    members m(given, "answer");
    const auto* allow = m.any("allow");
    const auto why = m.text("why", "refused by the host's policy");
    m.done();
    if (allow == nullptr || !allow->is_bool())
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: `allow` must be true or false");
    if (!allow->get_bool()) answer_ = shipflow::make_error(shipflow::errc::denied, why);
  }
  void read_failure(shipflow_status status, const std::string& message) override {
    answer_ = shipflow::make_error(code_of(status), "the host's policy failed: " + message);
  }
  void read_loss() override {
    answer_ = shipflow::make_error(shipflow::errc::unavailable, "the host's policy gave no answer");
  }
};

class told final
    : public pending_of<shipflow::delivery_answer, std::function<void(shipflow::delivery_answer)>> {
 public:
  using pending_of::pending_of;

  void read(const object& given) override {
    members m(given, "answer");
    shipflow::delivery_answer out;
    const auto outcome = m.needed("outcome");
    if (outcome == "delivered")
      out.what = shipflow::delivery_answer::outcome::delivered;
    else if (outcome == "refused")
      out.what = shipflow::delivery_answer::outcome::refused;
    else if (outcome != "again")
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "answer: `outcome` must be delivered, again or refused");
    out.why = m.text("why").substr(0, 400);
    out.not_before = shipflow::duration{m.integer("not_before_ms", 0, 0, most_ms)};
    m.done();
    answer_ = std::move(out);
  }
  void read_failure(shipflow_status status, const std::string& message) override {
    answer_.why = message.empty() ? shipflow_status_name(status) : message.substr(0, 400);
  }
  void read_loss() override { answer_.why = "the host dropped the call"; }
};

}  // namespace

std::unique_ptr<pending> pending_action(shipflow::reply r) { return std::make_unique<action>(std::move(r)); }
std::unique_ptr<pending> pending_probe(std::function<void(shipflow::probe_answer)> done) {
  return std::make_unique<probe>(std::move(done));
}
std::unique_ptr<pending> pending_metrics(std::size_t series,
                                         std::function<void(shipflow::metric_answer)> done) {
  return std::make_unique<metrics>(series, std::move(done));
}
std::unique_ptr<pending> pending_secret(shipflow::secret_reply done) {
  return std::make_unique<secret>(std::move(done));
}
std::unique_ptr<pending> pending_policy(shipflow::policy_reply done) {
  return std::make_unique<policy>(std::move(done));
}
std::unique_ptr<pending> pending_message(std::function<void(shipflow::delivery_answer)> done) {
  return std::make_unique<told>(std::move(done));
}

}  // namespace shipflow_c
