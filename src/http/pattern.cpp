#include "http/pattern.hpp"

// The steps a match may take: tens of milliseconds instead of seconds. Others use Boost.Regex with
// its own bound, so the matcher is instantiated here with an allocator nobody else has.
#define BOOST_REGEX_MAX_STATE_COUNT 5000000
#include <boost/regex.hpp>

namespace shipflow::http {
namespace {

template <class T>
struct own_allocator : std::allocator<T> {
  own_allocator() = default;
  template <class U>
  explicit own_allocator(const own_allocator<U>& /*other*/) noexcept {}
  template <class U>
  struct rebind {
    using other = own_allocator<U>;
  };
};
using matches = boost::match_results<const char*, own_allocator<boost::sub_match<const char*>>>;

}  // namespace

struct pattern::impl {
  std::string text;
  boost::regex compiled;
};

result<pattern> pattern::compile(const std::string& text) {
  pattern p;
  auto made = std::make_shared<impl>();
  made->text = text;
  made->compiled.assign(text, boost::regex::perl | boost::regex::no_except);
  if (made->compiled.status() != 0)
    return make_error(errc::invalid_argument, "not a valid regular expression: " + text);
  p.impl_ = std::move(made);
  return p;
}

result<bool> pattern::occurs_in(std::string_view text) const {
  try {
    matches found;
    return boost::regex_search(text.data(), text.data() + text.size(), found, impl_->compiled);
  } catch (const std::runtime_error&) {
    return make_error(errc::failed, "the regular expression " + impl_->text + " takes too many steps");
  }
}

const std::string& pattern::text() const { return impl_->text; }

}  // namespace shipflow::http
