// The provider against a server that others wrote: releases, kill -9 at any write, versions.
#include "real_checks.hpp"
#include "s3/versitygw.hpp"

#include <cstdlib>

using namespace tests;

TEST_CASE("provider/site: a real server: publish, verify, publish again, undo, restore, prune") {
  if (versitygw_program().empty()) return;
  for (const auto versions : {versitygw::versions::none, versitygw::versions::kept})
    published_and_taken_back(versitygw(versions));
}

TEST_CASE("provider/site: a real server: killed at any write, a program goes on or takes back") {
  if (versitygw_program().empty()) return;
  const auto* given = std::getenv("SHIPFLOW_KILLS");
  killed_at_any_write(versitygw(), given == nullptr ? 12 : std::atoi(given));
}

TEST_CASE("provider/site: a real server: large files, cut off and gone on with") {
  if (versitygw_program().empty()) return;
  large_files_go_on(versitygw());
}

TEST_CASE("provider/site: a real server: what is too large for one copy is copied in parts") {
  if (versitygw_program().empty()) return;
  large_objects_are_copied_in_parts(versitygw());
}
