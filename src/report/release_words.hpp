// Words for people in place of names that programs use.
#pragma once

#include <shipflow/release_report.hpp>

#include <string>
#include <string_view>

namespace shipflow::report {

/// "1 step", "2 steps".
[[nodiscard]] std::string counted(std::size_t n, std::string_view what);

/// Steps of the run; a reaction that nothing called is none.
[[nodiscard]] std::size_t steps_in(const release_report& r);

/// ", but for migrate, kept": what a rollback left as it was. Empty: nothing.
[[nodiscard]] std::string kept_by(const release_report& r);

/// Is this word said elsewhere: the tick of an item that stands with its name and time under the checklists?
[[nodiscard]] bool is_counted_tick(const release_report& r, const reported_word& w);

/// Is there a word besides such ticks?
[[nodiscard]] bool anybody_spoke(const release_report& r);

/// Words of `about` as lines of name and text: purpose, access, size, account. A mapping becomes "tasks 3, database x".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> place_of(const release_report& r);

}  // namespace shipflow::report
