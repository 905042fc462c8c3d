"""The chart of metadata for Rancher: its form, and that a form which is sent untouched is valid settings."""

import json
from pathlib import Path

import helm_python as helm
import jsonschema
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "catalog/oke-virtual-nodes-policy"


def yaml(text):
    """A YAML text as YAML 1.1 and 1.2 read it alike."""
    return YAML(typ="safe", pure=True).load(text)


@pytest.fixture(scope="module")
def chart():
    """Chart.yaml."""
    return yaml((CATALOG / "Chart.yaml").read_text())


@pytest.fixture(scope="module")
def metadata():
    """metadata.yml."""
    return yaml((ROOT / "metadata.yml").read_text())


def test_the_chart_holds_metadata_and_no_manifest():
    report = helm.lint(CATALOG, strict=True)
    assert [message for message in report["messages"] if message["severity"] > 2] == []
    assert not (CATALOG / "templates").exists()
    assert {path.name for path in CATALOG.iterdir()} == {
        ".helmignore",
        "Chart.yaml",
        "LICENSE",
        "README.md",
        "questions.yaml",
        "values.yaml",
    }


def test_its_annotations_are_those_that_the_extension_reads(chart, metadata):
    annotations = chart["annotations"]
    assert all(isinstance(value, str) for value in annotations.values())
    assert annotations["catalog.cattle.io/type"] == "kubewarden-policy"
    assert annotations["catalog.cattle.io/ui-component"] == "kubewarden"
    # Rancher lists it among the policies, and not among the apps.
    assert annotations["catalog.cattle.io/hidden"] == "true"
    assert annotations["kubewarden/mutation"] == str(metadata["mutating"]).lower()
    assert yaml(annotations["kubewarden/rules"]) == metadata["rules"]
    resources = {(item["apiVersion"], item["kind"]) for item in yaml(annotations["kubewarden/contextAwareResources"])}
    assert resources == {(item["apiVersion"], item["kind"]) for item in metadata["contextAwareResources"]}


def test_the_module_is_the_one_of_the_metadata(chart, metadata):
    values = yaml((CATALOG / "values.yaml").read_text())
    url = f"{values['global']['cattle']['systemDefaultRegistry']}/{values['module']['repository']}"
    assert url == metadata["annotations"]["io.kubewarden.policy.ociUrl"]
    assert values["module"]["tag"] == f"v{metadata['annotations']['io.kubewarden.policy.version']}"
    annotations = chart["annotations"]
    assert url == f"{annotations['kubewarden/registry']}/{annotations['kubewarden/repository']}"
    assert annotations["kubewarden/tag"] == values["module"]["tag"]


def test_a_form_that_is_sent_untouched_is_valid_settings():
    questions = yaml((CATALOG / "questions.yaml").read_text())["questions"]
    settings = {}
    for question in questions:
        *way, last = question["variable"].split(".")
        inner = settings
        for key in way:
            inner = inner.setdefault(key, {})
        # The form sends the default of a question, and nothing, null or an empty text where there is none.
        if "default" in question:
            inner[last] = question["default"]
    schema = json.loads((ROOT / "settings.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(settings)
    assert len(questions) > 50


def test_the_form_is_that_of_the_policy():
    assert (CATALOG / "questions.yaml").read_text() == (ROOT / "questions-ui.yml").read_text()
