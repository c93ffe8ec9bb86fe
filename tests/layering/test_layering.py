"""The check itself: planted violations are found, lawful includes are not."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from layering import Check  # noqa: E402

LAWFUL = {
    "include/shipflow/provider.hpp": "#include <shipflow/json.hpp>\n",
    "include/shipflow/store.hpp": "#include <shipflow/fact.hpp>\n",
    "include/shipflow/plan.hpp": "#include <shipflow/model.hpp>\n",
    "include/shipflow/local_provider.hpp": "#include <shipflow/provider.hpp>\n",
    "src/plan/compile.cpp": '#include "plan/graph.hpp"\n#include "document/tree.hpp"\n#include <shipflow/model.hpp>\n',
    "src/provider/local/fleet.cpp": '#include "provider/local/fleet.hpp"\n#include "process/spawn.hpp"\n',
    "include/shipflow/sources/cloudwatch.hpp": "#include <shipflow/provider.hpp>\n",
    "src/source/cloudwatch/source.cpp": '#include "aws/client.hpp"\n#include "source/asker.hpp"\n'
                                        "#include <shipflow/sources/cloudwatch.hpp>\n",
    "src/store/sqlite/db.cpp": "#include <sqlite3.h>\n#include <shipflow/store.hpp>\n",
    "src/http/client.cpp": "#include <boost/beast/http.hpp>\n",
    "src/run/next.cpp": "// never system_clock::now() here\n#include <shipflow/plan.hpp>\n",
    "src/base/wall_clock.hpp": "auto now = std::chrono::system_clock::now();\n",
    "src/engine/loop.cpp": '#include "base/wall_clock.hpp"\n',
    "src/github/network.cpp": '#include "base/wall_clock.hpp"\n',
    "src/engine/timer.cpp": "auto now = std::chrono::steady_clock::now();\n",
    "examples/program/main.cpp": '#include "options.hpp"\n#include <shipflow/plan.hpp>\n',
    "examples/program/options.hpp": "",
}

PLANTED = {
    "a room includes one to its right":
        ("src/document/x.cpp", '#include "plan/graph.hpp"\n', "not to its left"),
    "a room includes a public header to its right":
        ("src/model/x.cpp", "#include <shipflow/plan.hpp>\n", "not to its left"),
    "a provider includes the plan":
        ("src/provider/local/x.cpp", "#include <shipflow/plan.hpp>\n", "not to its left"),
    "a provider includes the engine":
        ("src/provider/local/x.cpp", '#include "engine/engine.hpp"\n', "not to its left"),
    "a provider includes another provider":
        ("src/provider/local/x.cpp", '#include "provider/command/run.hpp"\n', "do not know each other"),
    "a metric source includes another metric source":
        ("src/source/prometheus/x.cpp", '#include "source/cloudwatch/question.hpp"\n', "do not know each other"),
    "a metric source includes the health room":
        ("src/source/prometheus/x.cpp", '#include "health/slot.hpp"\n', "not to its left"),
    "the AWS client includes a metric source":
        ("src/aws/x.cpp", '#include "source/asker.hpp"\n', "not to its left"),
    "a store includes another store":
        ("src/store/memory/x.cpp", '#include "store/sqlite/db.hpp"\n', "do not know each other"),
    "a store includes a provider":
        ("src/store/memory/x.cpp", '#include "provider/local/fleet.hpp"\n', "not to its left"),
    "the engine includes a provider":
        ("src/engine/x.cpp", '#include "provider/local/fleet.hpp"\n', "not to its left"),
    "Beast outside its room":
        ("src/probe/x.cpp", "#include <boost/beast/core.hpp>\n", "boost/beast"),
    "Asio in a pure room":
        ("src/run/x.cpp", "#include <boost/asio/steady_timer.hpp>\n", "boost/asio"),
    "the clock is read in a pure room":
        ("src/run/x.cpp", "auto t = std::chrono::system_clock::now();\n", "system_clock::now"),
    "the clock is read beside its one place":
        ("src/http/x.cpp", "auto t = std::chrono::system_clock::now();\n", "base/wall_clock.hpp reads it"),
    "a pure room takes the clock itself":
        ("src/run/x.cpp", '#include "base/wall_clock.hpp"\n', "is given its clock"),
    "the engine takes the clock itself":
        ("src/engine/core.cpp", '#include "base/wall_clock.hpp"\n', "is given its clock"),
    "the environment is read in a pure room":
        ("src/model/x.cpp", 'auto t = std::getenv("HOME");\n', "getenv"),
    "randomness in a pure room":
        ("src/health/x.cpp", "std::random_device r;\n", "random_device"),
    "a public header shows OpenSSL":
        ("include/shipflow/x.hpp", "#include <openssl/ssl.h>\n", "public header"),
    "a public header to the left includes one to its right":
        ("include/shipflow/model.hpp", "#include <shipflow/run.hpp>\n", "public header"),
    "an example includes a private header":
        ("examples/program/x.cpp", '#include "run/state.hpp"\n', "public headers only"),
    "an example reaches into src":
        ("examples/program/x.cpp", '#include "../../src/plan/compile.cpp"\n', "public headers only"),
    "the C interface includes a private header":
        ("capi/x.cpp", '#include "engine/engine.hpp"\n', "public headers only"),
}


def findings(files):
    with tempfile.TemporaryDirectory(prefix="shipflow-layering.") as root:
        for name, text in files.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Check(root).run()


class Layering(unittest.TestCase):
    def test_lawful_includes_are_accepted(self):
        self.assertEqual(findings(LAWFUL), [])

    def test_planted_violations_are_named_with_their_place(self):
        for name, (path, text, expected) in PLANTED.items():
            with self.subTest(name):
                found = findings({**LAWFUL, path: text})
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{path}:1: "), found[0])
                self.assertIn(expected, found[0])


if __name__ == "__main__":
    unittest.main()
