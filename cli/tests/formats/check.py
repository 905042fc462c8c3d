"""Reads a report in the formats that Python has readers for: check.py DIRECTORY SARIF-SCHEMA"""

import csv
import json
import sys
from pathlib import Path

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from junitparser import JUnitXml
from lxml import etree

reports, sarif_schema = Path(sys.argv[1]), Path(sys.argv[2])


def validate(validator, document, name):
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
    if errors:
        sys.exit("\n".join([f"{name} isn't valid:", *errors[:10]]))


def load(name):
    return json.loads((reports / name).read_text())


report = load("report.json")
for name in ["report.schema.json", "config.schema.json"]:
    Draft202012Validator.check_schema(load(name))
validate(Draft202012Validator(load("report.schema.json")), report, "report.json")
print("json: valid")

schema = json.loads(sarif_schema.read_text())
validate(Draft7Validator(schema, format_checker=FormatChecker()), load("report.sarif"), "report.sarif")
print("sarif: valid")

xsd = etree.XMLSchema(etree.parse("junit-10.xsd"))
xsd.assertValid(etree.parse(str(reports / "report.xml")))
junit = JUnitXml.fromfile(str(reports / "report.xml"))
counts = report["summary"]
known = sum(
    all(finding.get("baseline") == "known" for finding in object["findings"] if finding["level"] == "deny")
    for object in report["objects"]
    if object["verdict"] == "denied"
)
assert junit.tests == counts["objects"] - counts["withoutPods"], (junit.tests, counts)
assert (junit.failures, junit.errors) == (counts["denied"] - known, counts["unreadable"]), (junit.failures, counts)
print(f"junit: valid, {junit.tests} tests")

with (reports / "report.csv").open(newline="") as file:
    rows = list(csv.DictReader(file, strict=True))
assert all(None not in row and None not in row.values() for row in rows)
objects = {(row["namespace"], row["kind"], row["name"], row["verdict"]) for row in rows if row["kind"]}
denied = [object for object in report["objects"] if object["verdict"] == "denied"]
named = {(object.get("namespace", ""), object["kind"], object["name"], "denied") for object in denied}
assert named <= objects, named - objects
print(f"csv: {len(rows)} rows")

fingerprints = [issue["fingerprint"] for issue in load("gitlab.json")]
assert len(fingerprints) == len(set(fingerprints))
print(f"gitlab: {len(fingerprints)} issues, each with its own fingerprint")
