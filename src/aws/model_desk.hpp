// A model of AWS in memory in the place of AWS, for rehearsals: the provider's own code runs over it.
#pragma once

#include "aws/serve.hpp"

#include <shipflow/world.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::aws {

/// As the answer of a query service would come from XML: leaves are texts.
[[nodiscard]] json::value as_texts(const json::value& v);
/// A refusal as the client would say it.
[[nodiscard]] failure refused(const service& of, const std::string& operation, const std::string& code,
                              const std::string& message);
/// What repeating that action does.
[[nodiscard]] effect_class class_of(const std::vector<action_spec>& all, const std::string& action);

class model_desk : public desk {
 public:
  model_desk(std::shared_ptr<world> where, std::vector<action_spec> specs)
      : where_(std::move(where)), specs_(std::move(specs)) {}

  outcome ask(const request& q, const destination& where, const service& of, const std::string& operation,
              json::object input, again may) final;
  [[nodiscard]] time_point now() final { return where_->time().now(); }
  result<std::string> account(const request& /*q*/, const destination& /*where*/) final { return account_; }
  /// Something was changed by the last calls.
  [[nodiscard]] bool changed() { return std::exchange(changed_, false); }

  /// Lets happen what happens until now.
  virtual void advance() = 0;
  /// When something happens by itself next.
  [[nodiscard]] virtual std::optional<time_point> next_change() const = 0;

 protected:
  virtual outcome carry_out(const service& of, const std::string& operation, const json::object& input) = 0;
  /// Counts what calls change.
  [[nodiscard]] virtual std::uint64_t changes() const = 0;
  /// What tells effects of one step apart that each happen once: put behind its key. Usually nothing.
  [[nodiscard]] virtual std::string part_of(const request& /*q*/, const json::object& /*input*/) const {
    return {};
  }

 private:
  std::shared_ptr<world> where_;
  std::vector<action_spec> specs_;
  std::string account_ = "123456789012";
  bool changed_ = false;
};

/// The desk of a model of one service, which has ask(), advance(), next_change() and changes().
template <class Model>
class desk_over : public model_desk {
 public:
  desk_over(const std::shared_ptr<world>& where, std::vector<action_spec> specs, Model of)
      : model_desk(where, std::move(specs)), model(std::move(of)) {}
  void advance() override { model.advance(now()); }
  [[nodiscard]] std::optional<time_point> next_change() const override { return model.next_change(); }

 protected:
  outcome carry_out(const service& of, const std::string& operation, const json::object& input) override {
    auto said = model.ask(operation, input, now());
    if (!said) return refused(of, operation, said.error().code, said.error().message);
    return std::move(*said);
  }
  [[nodiscard]] std::uint64_t changes() const override { return model.changes(); }

 public:
  Model model;
};

/// A provider's code over a desk that is a model: the part of a world model that all of them share. Answers come
/// `takes` later, and what happens by itself is told in its moment.
template <class Interface>
class modelled : public Interface {
 public:
  [[nodiscard]] std::string name() const override { return what_.name; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return what_.actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return what_.actions_for(target);
  }
  void call(request q, reply r) override {
    where_->time().call_at(where_->time().now() + takes_,
                           [this, q = std::move(q), r = std::make_shared<reply>(std::move(r))] {
                             auto a = what_.carry_out(desk(), q);
                             if (desk().changed()) where_->touch();
                             expect_change();
                             (*r)(std::move(a));
                           });
  }
  [[nodiscard]] std::optional<time_point> next_change() const override {
    return const_cast<modelled*>(this)
        ->desk()
        .next_change();  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }

 protected:
  modelled(served what, std::shared_ptr<world> where, duration takes)
      : what_(std::move(what)), where_(std::move(where)), takes_(takes) {}
  [[nodiscard]] virtual model_desk& desk() = 0;
  [[nodiscard]] world& place() { return *where_; }
  /// As long as something is to come.
  void expect_change() {
    const auto next = desk().next_change();
    if (!next || (expected_ && *expected_ > where_->time().now() && *next >= *expected_)) return;
    expected_ = next;
    where_->time().call_at(*next, [this] {
      desk().advance();
      where_->touch();
      expect_change();
    });
  }

 private:
  served what_;
  std::shared_ptr<world> where_;
  duration takes_;
  std::optional<time_point> expected_;
};

}  // namespace shipflow::aws
