// From commits to the next version, and from versions to tags and back.
#include <shipflow/changes.hpp>

#include <algorithm>
#include <charconv>

namespace shipflow {
inline namespace v1 {
namespace {

semantic_version raised(semantic_version v, version_bump by) {
  // x.y.z-rc.1 is on the way to x.y.z, which is the next patch.
  const bool on_the_way = !v.prerelease.empty();
  v.prerelease.clear();
  v.build.clear();
  if (by == version_bump::major && v.major == 0) by = version_bump::minor;
  const bool enough =
      on_the_way && (by == version_bump::patch || (v.patch == 0 && by == version_bump::minor) ||
                     (v.patch == 0 && v.minor == 0));
  if (enough || by == version_bump::none) return v;
  if (by == version_bump::major) return {v.major + 1, 0, 0, "", ""};
  if (by == version_bump::minor) return {v.major, v.minor + 1, 0, "", ""};
  return {v.major, v.minor, v.patch + 1, "", ""};
}

bool same_core(const semantic_version& a, const semantic_version& b) {
  return a.major == b.major && a.minor == b.minor && a.patch == b.patch;
}

// "rc.3" after "rc.2" of the same version, else "rc.1".
std::string counted_on(const std::optional<semantic_version>& last, const semantic_version& next,
                       const std::string& name) {
  std::uint64_t number = 0;
  if (last && same_core(*last, next) && last->prerelease.starts_with(name + ".")) {
    const auto digits = std::string_view(last->prerelease).substr(name.size() + 1);
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (bad != std::errc{} || end != digits.data() + digits.size()) number = 0;
  }
  return name + "." + std::to_string(number + 1);
}

constexpr std::string_view version_word = "${version}";
constexpr std::string_view sha_word = "${sha}";

std::size_t put_in(std::string& to, std::string_view word, const std::string& value) {
  std::size_t times = 0;
  for (auto at = to.find(word); at != std::string::npos; at = to.find(word, at + value.size())) {
    to.replace(at, word.size(), value);
    ++times;
  }
  return times;
}

// What npm and others still count with.
bool countable(const semantic_version& v) {
  constexpr std::uint64_t most = (std::uint64_t{1} << 53U) - 1;
  return v.major <= most && v.minor <= most && v.patch <= most;
}

// The next pre-release of that name on the way to `core`, or to the one after it when it would not be above the last.
semantic_version prerelease_of(const semantic_version& core, const std::optional<semantic_version>& last,
                               version_bump by, const std::string& name) {
  auto out = core;
  out.prerelease = counted_on(last, out, name);
  if (!last || out.compare(*last) > 0) return out;
  out = raised(core, by);
  out.prerelease = name + ".1";
  return out;
}

}  // namespace

std::string format_version(const semantic_version& v) {
  auto out = std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
  if (!v.prerelease.empty()) out += "-" + v.prerelease;
  if (!v.build.empty()) out += "+" + v.build;
  return out;
}

next_version next_of(const std::optional<semantic_version>& last, const std::vector<commit_info>& since,
                     const std::string& prerelease) {
  next_version out;
  for (const auto* c : without_reverted(since)) {
    const auto parsed = parse_commit(c->message);
    if (!parsed || bump_of(*parsed) <= out.bump) continue;
    out.bump = bump_of(*parsed);
    out.because = c->id;
  }
  if (last) out.version = *last;
  if (out.bump == version_bump::none) return out;
  out.version = last ? raised(*last, out.bump) : semantic_version{1, 0, 0, "", ""};
  if (!prerelease.empty()) out.version = prerelease_of(out.version, last, out.bump, prerelease);
  return out;
}

result<std::string> tag_for(const std::string& convention, const release_info& what) {
  if (convention.find(sha_word) != std::string::npos && what.commit.size() < 7)
    return make_error(errc::invalid_argument, "`" + convention + "` needs the release's commit");
  auto out = convention;
  const auto words =
      put_in(out, sha_word, what.commit.substr(0, 7)) + put_in(out, version_word, what.version);
  if (words > 0) return out;
  return make_error(
      errc::invalid_argument,
      "`" + convention + "` names neither ${version} nor ${sha}; write for example v${version}");
}

result<void> check_convention(const std::string& convention) {
  const auto at = convention.find(version_word);
  const bool once = at != std::string::npos && convention.find(version_word, at + 1) == std::string::npos;
  if (once && convention.find(sha_word) == std::string::npos) return {};
  return make_error(errc::invalid_argument,
                    "no version can be read from tags called `" + convention +
                        "`: it must name ${version} once and no ${sha}; write for example v${version}");
}

std::optional<semantic_version> version_in(const std::string& convention, std::string_view tag) {
  if (!check_convention(convention)) return std::nullopt;
  const auto at = convention.find(version_word);
  const auto before = std::string_view(convention).substr(0, at);
  const auto after = std::string_view(convention).substr(at + version_word.size());
  if (tag.size() <= before.size() + after.size()) return std::nullopt;
  if (!tag.starts_with(before) || !tag.ends_with(after)) return std::nullopt;
  const auto text = tag.substr(before.size(), tag.size() - before.size() - after.size());
  if (text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto version = parse_version(text);
  return version && countable(*version) ? std::optional{*version} : std::nullopt;
}

std::optional<tagged_version> latest_version(const std::vector<std::string>& tags,
                                             const std::string& convention, bool prereleases) {
  std::optional<tagged_version> best;
  for (const auto& tag : tags) {
    const auto version = version_in(convention, tag);
    if (!version || (!prereleases && !version->prerelease.empty())) continue;
    if (!best || version->compare(best->version) > 0) best = tagged_version{tag, *version};
  }
  return best;
}

}  // namespace v1
}  // namespace shipflow
