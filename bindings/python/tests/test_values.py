"""Documents, plans, stores, errors, and the generated layer."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PLAN, Toy, compiled

import shipflow
from shipflow import _abi

HERE = Path(__file__).resolve().parent
HEADERS = [HERE.parents[2] / "capi/include" / name for name in ("shipflow.h", "shipflow_provider.h")]


def test_findings_name_the_place() -> None:
    with pytest.raises(shipflow.InvalidDocument) as caught:
        shipflow.Document.parse("a: [1", "plan.yaml")
    assert caught.value.status == _abi.SHIPFLOW_INVALID_DOCUMENT
    assert caught.value.findings[0]["file"] == "plan.yaml"
    assert str(caught.value).startswith("plan.yaml:")


def test_a_plan_prints_and_loads_again(toy: Toy) -> None:
    engine = shipflow.Engine(virtual_time=True)
    engine.add(toy)
    plan = compiled(engine)
    again = shipflow.Plan.from_json(plan.json)
    assert again.digest == plan.digest and plan.digest.startswith("sha256:")
    assert "greet" in plan.table and "flowchart" in plan.mermaid and plan.warnings == []
    engine.close()


def test_a_plan_is_rehearsed_and_the_report_repeats(toy: Toy) -> None:
    engine = shipflow.Engine(virtual_time=True)
    engine.add(toy)
    plan = compiled(engine)
    report = plan.rehearse()
    assert report["violations"] == [] and report["runs"] > 10 and report["restored"] > 0
    assert plan.rehearse()["hash"] == report["hash"]
    assert plan.rehearse(mode="swarm", runs=50, seed=7)["violations"] == []
    with pytest.raises(shipflow.InvalidArgument, match="mode"):
        plan.rehearse(mode="perhaps")
    with pytest.raises(shipflow.Error):
        plan.rehearse(mode="single", faults=["nobody:reply_dropped"])
    engine.close()


ECS_PLAN = """
shipflow: 1
plan: shop
components: [api]
steps:
  - { id: api, blue_green: { component: api, bake: 1m } }
rollback: { on_failure: now }
"""
ECS_ENVIRONMENTS = """
shipflow: 1
environments:
  production:
    bind:
      api:
        provider: ecs
        cluster: production
        container: api
        instances: 3
        blue_green:
          by: service
          blue: shop-blue
          green: shop-green
          listener: arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7
"""


def test_a_plan_for_aws_is_rehearsed_without_it() -> None:
    engine = shipflow.Engine()
    engine.add_builtin("aws", region="eu-central-1")
    plan = engine.compile(shipflow.Document.parse(ECS_PLAN), shipflow.Document.parse(ECS_ENVIRONMENTS), "production",
                          version="1.5.0")
    report = plan.rehearse()
    assert report["violations"] == [] and report["restored"] > 0
    with pytest.raises(shipflow.InvalidArgument, match="account"):
        engine.add_builtin("aws", account="1")
    engine.close()


def test_errors_are_pythons_where_python_has_a_name(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        shipflow.schema("nothing")
    with pytest.raises(ValueError):
        shipflow.Document.parse("a: \x00")
    with pytest.raises(shipflow.Error):
        shipflow.Store(tmp_path / "no" / "such" / "directory" / "x.db")
    store = shipflow.Store()
    with pytest.raises(shipflow.NotFound):
        store.verify("nobody")
    assert store.runs() == []
    engine = shipflow.Engine(store)
    with pytest.raises(shipflow.AlreadyExists):
        engine.add(Toy())
        engine.add(Toy())
    with pytest.raises(shipflow.NotFound, match="there are probes, http"):
        engine.add_builtin("teleport")
    with pytest.raises(shipflow.InvalidArgument):
        engine.say("nobody", "", principal="user:x")
    engine.close()


def test_schemas_are_there() -> None:
    assert "2020-12" in shipflow.schema("plan")["$schema"]


def test_the_generated_layer_is_up_to_date() -> None:
    made = subprocess.run([sys.executable, HERE.parent / "tools/generate.py", *HEADERS], capture_output=True, text=True, check=True)
    assert made.stdout == (HERE.parent / "shipflow/_abi.py").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler")
def test_layouts_are_those_of_the_c_compiler(tmp_path: Path) -> None:
    structs = {name: value for name, value in vars(_abi).items() if isinstance(value, type) and hasattr(value, "_fields_") and name.startswith("shipflow_")}
    lines = []
    for name, struct in structs.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        lines += [f'printf("{name}.{field} %zu\\n", offsetof({name}, {field}));' for field, *_ in struct._fields_]
    source = tmp_path / "layout.c"
    source.write_text("#include <shipflow_provider.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {" + "\n".join(lines) + "return 0;}")
    subprocess.run(["gcc", "-std=c99", f"-I{HEADERS[0].parent}", "-o", tmp_path / "layout", source], check=True)
    in_c = dict(line.rsplit(" ", 1) for line in subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True).stdout.splitlines())
    import ctypes

    for name, struct in structs.items():
        assert int(in_c[name]) == ctypes.sizeof(struct)
        for field, *_ in struct._fields_:
            assert int(in_c[f"{name}.{field}"]) == getattr(struct, field).offset


def test_every_status_of_the_header_is_a_constant() -> None:
    text = HEADERS[0].read_text(encoding="utf-8")
    assert "SHIPFLOW_DECLINED 25" in text and _abi.SHIPFLOW_DECLINED == 25


def test_the_document_as_values() -> None:
    assert shipflow.Document.parse(PLAN).value["plan"] == "greeting"
    assert json.loads(json.dumps(shipflow.Document.parse("{\"a\": 1}").value)) == {"a": 1}


def test_what_a_store_need_not_keep_is_purged() -> None:
    with shipflow.Store() as store:
        assert store.purge(0) == 0
        with pytest.raises(shipflow.InvalidArgument):
            store.purge(0, facts_ms=2, rows_ms=1)
