// Shorthands for tests that compile plans: documents from text, and a catalogue of actions.
#pragma once

#include <shipflow/plan.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

namespace shipflow::test {

struct compiled {
  plan what;
  diagnostics findings;

  [[nodiscard]] std::string text() const { return findings.text(); }
  /// The step of that id; the test ends when there is none.
  [[nodiscard]] const plan_step& step(std::string_view id) const;
  /// "api/shift < api/launch go" for every step, in order: the id and what it needs.
  [[nodiscard]] std::string shape() const;
};

struct start {
  std::string plan;
  std::string environment = "local";
  std::string environments;
  release_info release = default_release();
  json::object parameters;

  static release_info default_release();
};

/// Reads the documents and compiles; findings of all passes are in the answer.
[[nodiscard]] compiled compile(const start& s);
/// With the environment below and release 1.5.0.
[[nodiscard]] compiled compile(std::string_view plan_text);
/// Findings only, one per line, without "file:line:column /pointer: ".
[[nodiscard]] std::string messages(const compiled& c);

/// The environment `local`: components api and web on provider `local`, database on `database`,
/// tasks on `command`; roles qa and lead; probes, metrics and triggers.
[[nodiscard]] std::string_view local_environment();

/// Providers local, command, http, database, limited and probe with the actions that plans in tests use.
[[nodiscard]] std::unique_ptr<catalogue> test_catalogue();

}  // namespace shipflow::test
