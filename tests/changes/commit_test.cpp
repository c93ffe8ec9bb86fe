#include <shipflow/changes.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace shipflow;

namespace {

const std::string id(40, 'a');

std::string printed(const std::string& message, const std::vector<std::string>& paths = {},
                    const std::string& decoration = "", const std::string& parents = "") {
  const char nul = '\0';
  std::string out;
  for (const auto& field :
       {std::string(), id, parents, std::string("Ann B"), std::string("1795669004"), decoration, message})
    (out += field) += nul;
  out += nul;
  for (std::size_t i = 0; i < paths.size(); ++i) (out += (i == 0 ? "\n" : "") + paths[i]) += nul;
  return out;
}

commit_info commit(const std::string& message, const std::string& name = id) {
  commit_info c;
  c.id = name;
  c.message = message;
  return c;
}

std::string next(const std::string& last, const std::vector<std::string>& messages,
                 const std::string& pre = {}) {
  std::vector<commit_info> since;
  for (const auto& m : messages) since.push_back(commit(m));
  const auto n =
      next_of(last.empty() ? std::nullopt : std::optional{parse_version(last).value()}, since, pre);
  return std::string(name_of(n.bump)) + " " + format_version(n.version);
}

}  // namespace

TEST_CASE("changes/log: commits as git prints them, with odd names, messages and merges") {
  const auto log = read_log(printed("feat: a\n\nwith \x01 and ''", {"d/x y", std::string(40, 'b')},
                                    "HEAD -> main, tag: v1.0.0, tag: api,1") +
                            printed("Merge", {}, "", std::string(40, 'c') + " " + std::string(40, 'd')) +
                            printed("", {"only"}));
  REQUIRE(log.has_value());
  REQUIRE(log->size() == 3);
  CHECK((*log)[0].id == id);
  CHECK((*log)[0].tags == std::vector<std::string>{"v1.0.0", "api,1"});
  CHECK((*log)[0].paths == std::vector<std::string>{"d/x y", std::string(40, 'b')});
  CHECK((*log)[0].at == from_ms(1'795'669'004'000));
  CHECK((*log)[1].parents.size() == 2);
  CHECK((*log)[2].message.empty());
  CHECK((*log)[2].paths == std::vector<std::string>{"only"});
  CHECK(read_log("").value().empty());
}

TEST_CASE("changes/log: what is no such log is refused") {
  CHECK(read_log("hello").error().message == "commit 1 is not as `git log` with this format prints it");
  CHECK_FALSE(read_log(printed("a") + "x").has_value());
  CHECK_FALSE(read_log(printed("a").substr(0, 60)).has_value());
  const unsigned seed = 5;
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const auto whole = printed("feat: a", {"x", "y"}) + printed("fix: b");
  for (int i = 0; i < 20'000; ++i) {
    auto text = whole;
    for (unsigned k = 0; k <= dice() % 3; ++k)
      text[dice() % text.size()] = static_cast<char>(dice() % 3 == 0 ? 0 : dice());
    (void)read_log(text);
  }
}

TEST_CASE("changes/commit: conventional commits and everything else") {
  const struct {
    const char* message;
    const char* said;
  } table[] = {
      {"feat: add wishlist", "feat||add wishlist|0|"},
      {"Fix(api): null", "fix|api|null|0|"},
      {"feat(web)!: new cart", "feat|web|new cart|1|new cart"},
      {"refactor!: drop it\n\nBREAKING CHANGE: nothing\nis left\n\nRefs: 1",
       "refactor||drop it|1|nothing\nis left"},
      {"chore: x\r\n\r\nBREAKING-CHANGE: y\r\n", "chore||x|1|y"},
      {"chore: x\r\n\r\nBREAKING CHANGE: y\r\n\r\nmore words\r\n", "chore||x|1|y"},
      {"chore: x\n\nBREAKING CHANGE: y\n  and more: z\nReviewed-by: Zoe\nRefs #12",
       "chore||x|1|y\n  and more: z"},
      {"chore: x\n\nRefs #12\nBREAKING CHANGE: y\nBREAKING-CHANGE: z", "chore||x|1|y"},
      {"Revert \"feat(api): cart\"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.\n",
       "revert||feat(api): cart|0|"},
      {"Revert \"feat: cart (#12)\" (#13)\n\nReverts octo/shop#12", "revert||feat: cart (#12)|0|"},
      {"Revert \"\"", "-"},
      {"fix: say BREAKING CHANGE: in the subject", "fix||say BREAKING CHANGE: in the subject|0|"},
      {"Merge branch 'f'", "-"},
      {"feat:no space", "-"},
      {"feat(: x", "-"},
      {"feat(): x", "-"},
      {": x", "-"},
      {"feat: ", "-"},
      {"", "-"},
      {"two words: x", "-"},
  };
  for (const auto& row : table) {
    CAPTURE(row.message);
    const auto c = parse_commit(row.message);
    CHECK((c ? c->type + "|" + c->scope + "|" + c->description + "|" + (c->breaking ? "1" : "0") + "|" +
                   c->breaking_note
             : "-") == row.said);
  }
}

TEST_CASE("changes/version: the next one") {
  CHECK(next("1.2.3", {"fix: a"}) == "patch 1.2.4");
  CHECK(next("1.2.3", {"fix: a", "feat: b"}) == "minor 1.3.0");
  CHECK(next("1.2.3", {"fix!: a", "feat: b"}) == "major 2.0.0");
  CHECK(next("0.2.3", {"feat!: a"}) == "major 0.3.0");
  CHECK(next("1.2.3", {"docs: a", "chore: b", "Merge branch f"}) == "none 1.2.3");
  CHECK(next("1.2.3", {}) == "none 1.2.3");
  CHECK(next("", {"fix: a"}) == "patch 1.0.0");
  CHECK(next("", {"docs: a"}) == "none 0.0.0");
  CHECK(next("1.2.3", {"feat: a"}, "rc") == "minor 1.3.0-rc.1");
  CHECK(next("1.3.0-rc.1", {"fix: a"}, "rc") == "patch 1.3.0-rc.2");
  CHECK(next("1.3.0-rc.9", {"feat: a"}) == "minor 1.3.0");
  CHECK(next("1.3.0-rc.2", {"feat!: a"}, "rc") == "major 2.0.0-rc.1");
  CHECK(next("1.3.1-rc.2", {"feat: a"}) == "minor 1.4.0");
  CHECK(next("2.0.0-beta.1", {"feat!: a"}, "rc") == "major 2.0.0-rc.1");
  CHECK(next_of(std::nullopt, {commit("fix: a", "1"), commit("feat: b", "2"), commit("feat: c", "3")})
            .because == "2");
}

TEST_CASE("changes/version: a pre-release is above the last one, whatever it is called") {
  CHECK(next("1.3.0-rc.1", {"fix: a"}, "beta") == "patch 1.3.1-beta.1");
  CHECK(next("1.3.0-rc.1", {"feat: a"}, "beta") == "minor 1.4.0-beta.1");
  CHECK(next("1.3.0-alpha.7", {"fix: a"}, "beta") == "patch 1.3.0-beta.1");
  CHECK(next("1.3.0-rc.x", {"fix: a"}, "rc") == "patch 1.3.1-rc.1");
  CHECK(next("1.3.0-rc.9", {"fix: a"}, "rc") == "patch 1.3.0-rc.10");
  // semver.org, section 11: each is below the one behind it, and build metadata does not count.
  const char* order[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                         "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                         "1.0.0-rc.1",  "1.0.0",         "1.0.1+a"};
  std::vector<std::string> tags;
  for (const auto* version : order) {
    tags.insert(tags.begin(), std::string("v") + version);
    CHECK(latest_version(tags, "v${version}", true)->tag == std::string("v") + version);
  }
  CHECK(parse_version("1.0.0+a").value().compare(parse_version("1.0.0+b").value()) == 0);
}

TEST_CASE("changes/version: what was taken back again does not count") {
  const auto revert = [](const std::string& subject, const std::string& of) {
    return "Revert \"" + subject + "\"\n\nThis reverts commit " + of + ".\n";
  };
  const std::string a(40, 'a'), b(40, 'b'), c(40, 'c');
  const auto bump = [](const std::vector<commit_info>& newest_first) {
    const auto n = next_of(parse_version("1.0.0").value(), newest_first);
    return std::string(name_of(n.bump)) + " " + n.because.substr(0, 1);
  };
  CHECK(bump({commit(revert("feat: cart", a), b), commit("feat: cart", a)}) == "none ");
  CHECK(changelog("x", {commit(revert("feat: cart", a), b), commit("feat: cart", a)}) == "## x\n");
  CHECK(bump({commit(revert("feat: cart", a), b), commit("fix: y", c), commit("feat: cart", a)}) ==
        "patch c");
  // Taken back, and that as well: it stands.
  CHECK(bump({commit(revert("Revert", b), c), commit(revert("feat: cart", a), b), commit("feat: cart", a)}) ==
        "minor a");
  // What was released before is taken back by a release.
  CHECK(bump({commit(revert("feat: cart", a), b)}) == "patch b");
  CHECK(bump({commit("revert: cart\n\nThis reverts commit " + a.substr(0, 9) + ".", b),
              commit("feat: cart", a)}) == "none ");
  CHECK(bump({commit("revert: two\n\nThis reverts commit " + a + ".\nThis reverts commit " + c + ".", b),
              commit("feat: cart", a)}) == "patch b");
  CHECK(bump({commit("feat: names itself\n\nThis reverts commit " + a + ".", a)}) == "minor a");
}

TEST_CASE("changes/version: tags by convention, both ways") {
  release_info r;
  r.version = "1.2.3";
  r.commit = "0123456789abcdef";
  CHECK(tag_for("v${version}", r).value() == "v1.2.3");
  CHECK(tag_for("api:dev-${sha}", r).value() == "api:dev-0123456");
  CHECK(tag_for("v${version}-${sha}", r).value() == "v1.2.3-0123456");
  CHECK_FALSE(tag_for("latest", r).has_value());
  r.commit = "";
  CHECK(tag_for("dev-${sha}", r).error().message == "`dev-${sha}` needs the release's commit");
  CHECK(format_version(*version_in("v${version}", "v1.2.3-rc.1")) == "1.2.3-rc.1");
  CHECK(format_version(*version_in("api:${version}-prod", "api:1.2.3-prod")) == "1.2.3");
  for (const auto* tag : {"1.2.3", "v", "v1.2", "vv1.2.3", "api:v1.2.3", "v1.2.3 ", "v01.2.3", "V1.2.3",
                          "v9007199254740992.0.0", "v18446744073709551616.0.0"})
    CHECK_FALSE(version_in("v${version}", tag));
  for (const auto* convention : {"v", "", "dev-${sha}", "v${version}-${sha}", "${version}${version}"}) {
    CAPTURE(convention);
    CHECK(check_convention(convention).error().message.find("must name ${version} once") !=
          std::string::npos);
    CHECK_FALSE(version_in(convention, "v1.2.3"));
  }
  const std::vector<std::string> tags{"v1.9.0", "v1.10.0", "v2.0.0-rc.1", "nightly", "v1.2.0"};
  CHECK(latest_version(tags, "v${version}", false)->tag == "v1.10.0");
  CHECK(latest_version(tags, "v${version}", true)->tag == "v2.0.0-rc.1");
  CHECK_FALSE(latest_version({"nightly"}, "v${version}", true));
}

TEST_CASE("changes/changelog: sections, and words of commits that are only words") {
  const auto text = changelog(
      "1.3.0", {commit("feat(api)!: new *cart*\n\nBREAKING CHANGE: <b>old</b> carts & [more](http://x)"),
                commit("fix: a\tb \xff \xc3\xa4"), commit("docs: none"), commit("Merge")});
  CHECK(text ==
        "## 1.3.0\n\n### Breaking changes\n\n- **api:** &lt;b\\>old&lt;/b\\> carts &amp; "
        "\\[more\\](http://x) (aaaaaaa)\n"
        "\n### Features\n\n- **api:** new \\*cart\\* (aaaaaaa)\n\n### Fixes\n\n- a b \xEF\xBF\xBD \xc3\xa4 "
        "(aaaaaaa)\n");
  CHECK(changelog("1.0.0", {}) == "## 1.0.0\n");
}

TEST_CASE("changes/patterns: paths and branches") {
  const struct {
    std::vector<std::string> patterns;
    const char* text;
    bool fits;
  } table[] = {
      {{"apps/api/**"}, "apps/api/src/a.py", true},
      {{"apps/api/**"}, "apps/apix/a", false},
      {{"apps/*"}, "apps/a", true},
      {{"apps/*"}, "apps/a/b", false},
      {{"**/*.md"}, "a.md", true},
      {{"**/*.md"}, "d/e/a.md", true},
      {{"**/x/**/y"}, "x/y", true},
      {{"**/x/**/y"}, "a/x/b/c/y", true},
      {{"a?c"}, "abc", true},
      {{"a?c"}, "a/c", false},
      {{"main"}, "main", true},
      {{"feature/*"}, "feature/a", true},
      {{"release/**", "!release/old/**"}, "release/old/1", false},
      {{"!main"}, "develop", true},
      {{"!main"}, "main", false},
      {{"!docs/**", "docs/keep"}, "docs/keep", true},
      {{}, "x", false},
      {{"**"}, "any/thing", true},
      {{"a**b"}, "a/x/b", true},
      {{""}, "", true},
      {{"*"}, "", true},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CAPTURE(row.patterns);
    CHECK(fits(row.patterns, row.text) == row.fits);
  }
  // A pattern that would make a backtracking matcher take for ever.
  std::string hostile;
  for (int i = 0; i < 40; ++i) hostile += "**/a*";
  CHECK_FALSE(fits({hostile + "b"}, std::string(400, 'a')));
  std::vector<commit_info> since(2);
  since[0].paths = {"apps/api/a", "README.md"};
  since[1].paths = {"apps/web/docs/x"};
  CHECK(changed_components(
            {{"api", {"apps/api/**"}}, {"web", {"apps/web/**", "!apps/web/docs/**"}}, {"all", {"**"}}},
            since) == std::set<std::string>{"api", "all"});
  CHECK(commits_touching({"apps/api/**"}, since).size() == 1);
  CHECK(commits_touching({"apps/*/**"}, since).size() == 2);
  CHECK(commits_touching({}, since).empty());
}
