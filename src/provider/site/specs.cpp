#include "provider/site/actions.hpp"

namespace shipflow::site {
namespace {

const field_spec version{"version", "string", false, false, "version to show for the release"};
const field_spec directory{"directory", "string", false, false, "of the files; default: that of the binding"};
const field_spec paths{
    "paths", "strings", true, false,
    "what a cache in front should forget, at least the entry; \"/*\" when they are more than 1000"};
const std::vector<field_spec> released{{"release", "string", true, false, "id of the release"},
                                       {"version", "string", true, false, "its version"},
                                       {"files", "integer", true, false, "files of the release"},
                                       {"bytes", "integer", true, false, "and their bytes"}};

action_spec make(std::string name, std::string help, std::vector<field_spec> inputs,
                 std::vector<field_spec> outputs) {
  action_spec s;
  s.name = std::move(name);
  s.repeat = effect_class::token;
  s.rank = restore_rank::traffic;
  s.help = std::move(help);
  s.inputs = std::move(inputs);
  s.outputs = std::move(outputs);
  s.resources = {"site:${component}"};
  s.tells_ready = true;
  s.call_timeout = duration{120'000};
  s.timeout = duration{3'600'000};
  return s;
}

action_spec forward(action_spec s) {
  s.undo = reversibility::forward_only;
  s.repeat = effect_class::set_value;
  s.rank = restore_rank::cleanup;
  s.tells_ready = false;
  s.resources.clear();
  return s;
}

std::vector<field_spec> published() {
  auto out = released;
  out.push_back({"changed", "integer", true, false, "objects that were changed"});
  out.push_back({"uploaded", "integer", true, false, "files that were sent"});
  out.push_back({"uploaded_bytes", "integer", true, false, "and their bytes"});
  out.push_back(paths);
  return out;
}

}  // namespace

std::vector<action_spec> action_specs() {
  std::vector<action_spec> all;
  all.push_back(make("publish", "make the files of a directory the release that stands in the bucket",
                     {version, directory}, published()));
  all.push_back(make(
      "replace", "as publish, for the strategies in_place and rolling",
      {{"version", "string", true, false, "version to show for the release"},
       directory,
       {"batch", "any", false, false, "not used: files are put in the order in which they name each other"},
       {"instances", "integer", false, false, "not used"},
       {"image", "string", false, false, "not used"},
       {"drain", "duration", false, false, "not used"}},
      published()));
  all.push_back(make("restore", "bring a former release back from what is kept in the bucket",
                     {{"release", "string", false, false, "its id"},
                      {"version", "string", false, false, "or its version; default: the release before"}},
                     {{"release", "string", true, false, "id of the release"},
                      {"version", "string", true, false, "its version"},
                      {"changed", "integer", true, false, "objects that were changed"},
                      paths}));
  all.push_back(
      forward(make("prune", "delete what no release that is kept needs any more", {},
                   {{"deleted", "integer", true, false, "objects that were deleted"},
                    {"left", "integer", true, false, "objects that left the release and stay for now"}})));
  all.push_back(forward(make(
      "prune_prefixes", "delete old releases that have a prefix of their own each",
      {{"live", "string", true, false, "path of the origin that viewers are sent to; what is there stays"},
       {"below", "string", false, false, "where the prefixes are; default: around that of the binding"},
       {"keep",
        "integer",
        false,
        false,
        "how many of the newest stay; default 3",
        {{1, most_prefixes_kept}}}},
      {{"removed", "strings", true, false, "prefixes that were cleared"},
       {"kept", "strings", true, false, "prefixes that stay, the newest first"},
       {"deleted", "integer", true, false, "files that were deleted"}})));
  all.push_back(forward(make("verify", "compare what the bucket holds with what was released",
                             {{"version", "string", false, false, "that has to stand there"}}, released)));
  return all;
}

}  // namespace shipflow::site
