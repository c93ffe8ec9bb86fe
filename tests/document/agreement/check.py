"""Runs a corpus program and judges its documents by the JSON Schema it prints."""
import json
import subprocess
import sys

from jsonschema import Draft202012Validator


def main() -> int:
    run = subprocess.run(sys.argv[1:], check=True, capture_output=True, timeout=60)
    corpus = json.loads(run.stdout)
    Draft202012Validator.check_schema(corpus["schema"])
    validator = Draft202012Validator(corpus["schema"])
    wrong = 0
    valid = 0
    for case in corpus["cases"]:
        found = validator.is_valid(case["document"])
        valid += case["valid"]
        if found != case["valid"]:
            wrong += 1
            if wrong <= 10:
                print("the validator says", case["valid"], "the schema", found, "of",
                      json.dumps(case["document"]), case["findings"])
    total = len(corpus["cases"])
    print(f"seed {corpus['seed']}: {total} documents, {valid} valid, {wrong} judged differently")
    good = all(case["valid"] for case in corpus["cases"][:corpus["good"]])
    if not good:
        print("a document that should be valid is not:", run.stderr.decode())
    return 1 if wrong or not good or valid == total else 0


if __name__ == "__main__":
    sys.exit(main())
