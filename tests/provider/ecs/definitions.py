"""Task definitions as botocore's model of ECS describes them.
usage: definitions.py make SEED COUNT | definitions.py check FILE"""
import json
import random
import sys

import botocore.session
from botocore.validate import ParamValidator

MODEL = botocore.session.get_session().get_service_model("ecs")
DESCRIBED = MODEL.operation_model("DescribeTaskDefinition").output_shape.members["taskDefinition"]
REGISTER = MODEL.operation_model("RegisterTaskDefinition").input_shape


def value(shape, dice, whole):
    kind = shape.type_name
    least = shape.metadata.get("min", 0)
    if kind == "structure" and shape.is_tagged_union:
        n = dice.choice(list(shape.members))
        return {n: value(shape.members[n], dice, whole)}
    if kind == "structure":
        return {n: value(s, dice, whole) for n, s in shape.members.items() if whole or dice.random() < 0.7}
    if kind == "list":
        return [value(shape.member, dice, whole) for _ in range(1 if whole else least + dice.randrange(3))]
    if kind == "map":
        return {f"k{i}": value(shape.value, dice, whole) for i in range(1 if whole else dice.randrange(3))}
    if kind == "string":
        return dice.choice(shape.enum) if shape.enum else dice.choice(["x" * least, "text of some length"])
    if kind == "boolean":
        return dice.random() < 0.5
    if kind in ("integer", "long"):
        return dice.randint(least, shape.metadata.get("max", least + 1000))
    if kind in ("float", "double"):
        return dice.randrange(1000) / 8
    if kind == "timestamp":
        return 1772532000.25
    raise AssertionError(kind)


def make(seed, count):
    dice = random.Random(seed)
    out = []
    for i in range(count):
        one = value(DESCRIBED, dice, i == 0)  # the first has every member that there is
        containers = one.setdefault("containerDefinitions", []) or one["containerDefinitions"]
        if not containers:
            containers.append({})
        containers[0].update(name="c0", image="r/a:1")
        one["family"] = "f"
        out.append({"taskDefinition": one, "tags": [{"key": "k", "value": ""}]})
    print(json.dumps(out))


def required(shape, params):
    """What generated structures leave out though it is required is no matter of copying."""
    if shape.type_name == "structure":
        for n in shape.required_members:
            params.setdefault(n, value(shape.members[n], random.Random(0), False))
        for n, v in params.items():
            if n in shape.members:
                required(shape.members[n], v)
    elif shape.type_name == "list":
        for v in params:
            required(shape.member, v)
    elif shape.type_name == "map":
        for v in params.values():
            required(shape.value, v)


def check(path):
    with open(path) as f:
        for i, one in enumerate(json.load(f)):
            lost = set(REGISTER.members) & set(DESCRIBED.members) - set(one)
            if i == 0 and lost:
                sys.exit(f"lost: {lost}")
            required(REGISTER, one)
            report = ParamValidator().validate(one, REGISTER)
            if report.has_errors():
                sys.exit(report.generate_report())


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]))
else:
    check(sys.argv[2])
