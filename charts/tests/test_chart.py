"""The chart, for every set-up: what it renders is what Kubewarden and the policy take, and deploy/ is what it renders."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import helm_python as helm
import jsonschema
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/oke-virtual-nodes-policy"
MODULE = {"repository": "registry.example.com/policies/oke-virtual-nodes-policy"}
DIGEST = "sha256:" + "0123456789abcdef" * 4

# The set-ups of deploy/, by name.
PUBLISHED = {path.name.removesuffix("-values.yaml"): path for path in sorted((CHART / "ci").glob("*-values.yaml"))}

# The kinds that can be looked up, as the templates know them.
LOOKUPS = YAML(typ="safe", pure=True).load((CHART / "files/lookups.yaml").read_text())

# What the values have to offer beside those.
OTHERS = {
    "defaults": {},
    "tolerant": {"profile": "tolerant", "mode": "monitor"},
    "managed": {"nodeKind": "managed"},
    "full": {"mutate": "full", "mutateTemplates": True, "annotate": True, "audit": False},
    "one rule is fixed": {"rules": {"fs-group": {"mutate": True}, "exec": "warn"}},
    "kept on managed nodes": {"nodeKind": "mixed", "rules": {"placement": {"mutate": True}}},
    "bare off": {"mutate": False, "rules": {"subcore-cpu": False}},
    "every look-up": {"nodeKind": "mixed", "lookups": list(LOOKUPS)},
    "permissions by others": {"lookups": ["Secret"], "rbac": {"create": False}},
    "exemptions": {"exemptions": [{"namespaces": ["monitoring-*"], "rules": ["daemonset"], "reason": "managed nodes"}]},
    "one namespace, fixing": {"scope": "namespace", "mutate": "safe"},
    "products": {"products": ["istio", "linkerd"], "configUpdates": True},
    "more rules": {
        "extraRules": [
            {"apiGroups": ["example.com"], "apiVersions": ["v1"], "resources": ["widgets"], "operations": ["CREATE"]}
        ]
    },
    "more fields": {"extraSpec": {"timeoutSeconds": 5, "message": "see the wiki"}, "labels": {"team": "web"}},
    "everywhere": {"excludedNamespaces": []},
    "other server": {"policyServer": {"name": "tenants", "serviceAccount": "tenants", "namespace": "cattle-kubewarden-system"}},
    "by digest": {"module": {**MODULE, "digest": DIGEST}},
}


def yaml(text):
    """All documents of a YAML text, read as YAML 1.2."""
    return [document for document in YAML(typ="safe", pure=True).load_all(text) if document]


def render(values=None, *, namespace="shop", notes=False):
    """The objects that the chart renders with a module that is set, or its notes."""
    with helm.Chart.load(CHART) as chart:
        rendered = chart.render({"module": MODULE, **(values or {})}, name="oke-virtual-nodes", namespace=namespace)
    if notes:
        return next(text for path, text in rendered.items() if path.endswith("NOTES.txt"))
    return [object for path, text in sorted(rendered.items()) if not path.endswith(".txt") for object in yaml(text)]


def policies(objects):
    """The policies among objects."""
    return [item for item in objects if item["kind"].endswith("AdmissionPolicy")]


# Every set-up, with its values.
SETUPS = [pytest.param(yaml(path.read_text())[0], id=name) for name, path in PUBLISHED.items()]
SETUPS += [pytest.param(values, id=name) for name, values in OTHERS.items()]


@pytest.fixture(scope="module")
def schemas():
    """The validators of manifests and of settings."""
    return [
        jsonschema.Draft202012Validator(json.loads(path.read_text()))
        for path in (Path(__file__).parent / "kubewarden.schema.json", ROOT / "settings.schema.json")
    ]


@pytest.mark.parametrize("values", SETUPS)
def test_every_setup_is_what_kubewarden_and_the_policy_take(values, schemas):
    manifests, settings = schemas
    objects = render(values)
    for item in objects:
        manifests.validate(item)
    assert len({(item["kind"], item["metadata"]["name"]) for item in objects}) == len(objects)
    for policy in policies(objects):
        settings.validate(policy["spec"]["settings"])
        # A policy server rejects changes by a policy that isn't mutating.
        given = policy["spec"]["settings"]
        rules = [rule for rule in given.get("rules", {}).values() if isinstance(rule, dict)]
        changes = given.get("mutate", "off") != "off" or any(rule.get("mutate") for rule in rules)
        assert policy["spec"]["mutating"] == changes


@pytest.mark.parametrize("values", SETUPS)
def test_what_is_looked_up_is_granted_and_nothing_else(values):
    objects = render(values)
    lookups = values.get("lookups", [])
    for policy in policies(objects):
        granted = policy["spec"].get("contextAwareResources", [])
        assert granted == [{"apiVersion": LOOKUPS[kind]["apiVersion"], "kind": kind} for kind in lookups]
    roles = [item for item in objects if item["kind"] == "ClusterRole"]
    resources = {(group, name) for role in roles for rule in role["rules"] for group in rule["apiGroups"] for name in rule["resources"]}
    is_granted = values.get("rbac", {"create": True})["create"]
    assert resources == ({(LOOKUPS[kind]["group"], LOOKUPS[kind]["resource"]) for kind in lookups} if is_granted else set())
    for binding in (item for item in objects if item["kind"] == "ClusterRoleBinding"):
        assert binding["roleRef"]["name"] == roles[0]["metadata"]["name"]


@pytest.mark.parametrize("values", SETUPS)
def test_lint_finds_nothing(values):
    report = helm.lint(CHART, {"module": MODULE, **values}, strict=True)
    assert [message for message in report["messages"] if message["severity"] > 1] == []
    assert report["errors"] == []


def test_lint_finds_something():
    report = helm.lint(CHART, {"module": MODULE, "mode": "protected"}, strict=True)
    assert report["errors"] != []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"module": {}}, "module.repository is not set"),
        ({"module": {"repository": "localhost:5000/a/b:v1"}}, "module.repository has a tag or a digest"),
        ({"module": {"repository": f"registry://a/b@{DIGEST}"}}, "module.repository has a tag or a digest"),
        ({"module": {"repository": "https://example.com/p.wasm", "tag": "v1"}}, "belong to a registry"),
        ({"profil": "tolerant"}, "profil"),
        ({"mode": "protected"}, "mode"),
        ({"nodeKind": "both"}, "nodeKind"),
        ({"rules": {"fs-grup": "warn"}}, "fs-grup"),
        ({"rules": {"fs-group": "loud"}}, "fs-group"),
        ({"lookups": ["ConfigMap"]}, "lookups"),
        ({"products": ["nginx"]}, "products"),
        ({"module": {"repository": "a/b", "digest": "sha256:1"}}, "digest"),
        ({"exemptions": [{"namespaces": ["shop"]}]}, "exemptions"),
        ({"scope": "namespace", "lookups": ["Node"]}, "lookups need scope: cluster"),
    ],
)
def test_wrong_values_are_refused_by_name(values, message):
    with pytest.raises(helm.HelmError, match=message):
        render(values)


def test_deploy_is_what_the_chart_renders(helm_command):
    subprocess.run([ROOT / "tools/render-deploy", "--check"], check=True, env=helm_command)


def test_every_manifest_of_deploy_has_its_setup():
    manifests = {path.stem for path in (ROOT / "deploy").glob("*.yaml")} - {"kustomization", "scan"}
    assert manifests == set(PUBLISHED)


def test_the_second_instance_judges_and_changes_nothing():
    values = {"mutate": "full", "mutateTemplates": True, "annotate": True, "profile": "tolerant", "excludedNamespaces": ["a"]}
    values["rules"] = {"placement": {"mutate": True}, "fs-group": {"level": "warn", "mutate": True}, "exec": "off"}
    first, final = policies(render(values))
    assert (first["metadata"]["name"], final["metadata"]["name"]) == ("oke-virtual-nodes", "oke-virtual-nodes-final")
    assert (first["spec"]["mutating"], final["spec"]["mutating"]) == (True, False)
    assert final["spec"]["settings"] == {
        "profile": "tolerant",
        "platform": "2026-08-28",
        "nodeKind": "virtual",
        "rules": {"fs-group": {"level": "warn"}, "exec": "off"},
    }
    assert first["spec"]["namespaceSelector"] == final["spec"]["namespaceSelector"]
    assert (first["spec"]["backgroundAudit"], final["spec"]["backgroundAudit"]) == (True, False)
    asked = {resource for rule in final["spec"]["rules"] for resource in rule["resources"]}
    assert "pods" in asked and asked <= {"pods", "pods/ephemeralcontainers", "pods/resize"}


def test_one_instance_where_nothing_is_changed():
    for values in ({}, {"mutate": "off"}, {"mutate": False}, {"rules": {"fs-group": {"mutate": False}}}):
        assert len(policies(render(values))) == 1, values


def test_the_module_has_one_address():
    def module(**values):
        return policies(render({"module": values}))[0]["spec"]["module"]

    repository = "fra.ocir.io/example/oke-virtual-nodes-policy"
    version = yaml((CHART / "Chart.yaml").read_text())[0]["appVersion"]
    assert module(repository=repository) == f"registry://{repository}:v{version}"
    assert module(repository=repository, tag="edge") == f"registry://{repository}:edge"
    assert module(repository=repository, tag="edge", digest=DIGEST) == f"registry://{repository}@{DIGEST}"
    assert module(repository=f"registry://{repository}") == f"registry://{repository}:v{version}"
    assert module(repository="https://example.com/policy.wasm") == "https://example.com/policy.wasm"


def test_namespaces_are_left_out_by_expressions_that_kubewarden_keeps():
    values = {"excludedNamespaces": ["kube-system", "monitoring"], "namespaceSelector": {"matchLabels": {"team": "web"}}}
    values["namespaceSelector"]["matchExpressions"] = [{"key": "vip", "operator": "DoesNotExist"}]
    (policy,) = policies(render(values))
    assert policy["spec"]["namespaceSelector"] == {
        "matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "monitoring"]},
            {"key": "team", "operator": "In", "values": ["web"]},
            {"key": "vip", "operator": "DoesNotExist"},
        ]
    }
    assert "namespaceSelector" not in policies(render({"excludedNamespaces": []}))[0]["spec"]
    # Kubewarden makes the selector of an AdmissionPolicy itself.
    (policy,) = policies(render({**values, "scope": "namespace"}))
    assert "namespaceSelector" not in policy["spec"] and policy["metadata"]["namespace"] == "shop"


def test_products_add_their_resources_and_nothing_is_asked_without():
    def groups(**values):
        return {group for rule in policies(render(values))[0]["spec"]["rules"] for group in rule["apiGroups"]}

    own = {"", "apps", "batch", "networking.k8s.io"}
    assert groups() == own
    products = yaml((CHART / "files/webhooks.yaml").read_text())[0]["products"]
    for product, rules in products.items():
        added = {group for rule in rules for group in rule["apiGroups"]}
        assert groups(products=[product]) == own | added, product
        assert added.isdisjoint(own), product
    resources = {name for rule in policies(render({"configUpdates": True}))[0]["spec"]["rules"] for name in rule["resources"]}
    assert {"configmaps", "secrets"} <= resources


def test_the_notes_say_how_to_look():
    assert "kubectl get clusteradmissionpolicies oke-virtual-nodes\n" in render(notes=True)
    assert "oke-virtual-nodes oke-virtual-nodes-final\n" in render({"mutate": "safe"}, notes=True)
    assert "admissionpolicies -n shop oke-virtual-nodes" in render({"scope": "namespace"}, notes=True)
    assert "nothing is denied" in render({"mode": "monitor"}, notes=True)


def test_the_notes_name_products_that_the_policy_is_not_asked_about(tmp_path):
    # Without a cluster Helm knows the groups of Kubernetes alone, so one of them stands for a product's.
    chart = shutil.copytree(CHART, tmp_path / "chart")
    with (chart / "files/webhooks.yaml").open("a") as webhooks:
        webhooks.write("  widgets: [{apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE]}]\n")
    schema = (chart / "values.schema.json").read_text()
    (chart / "values.schema.json").write_text(schema.replace('"istio",', '"istio", "widgets",'))

    def notes(products):
        with helm.Chart.load(chart) as loaded:
            rendered = loaded.render({"module": MODULE, "products": products}, name="oke-virtual-nodes")
        return next(text for path, text in rendered.items() if path.endswith("NOTES.txt"))

    assert "--set 'products={istio,widgets}'" in notes(["istio"])
    assert "products" not in notes(["widgets"])


def test_every_value_is_declared_with_its_default():
    values = yaml((CHART / "values.yaml").read_text())[0]
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(values)
    block = re.search(r"define \"policy.ownValues\".*?end", (CHART / "templates/_helpers.tpl").read_text(), re.DOTALL)[0]
    own = set(re.findall(r'"(\w+)"', block))
    settings = json.loads((ROOT / "settings.schema.json").read_text())["properties"]
    assert set(schema["properties"]) == own | set(settings)
    assert own.isdisjoint(settings)

    def compare(values, properties, path):
        for name, value in values.items():
            if "properties" in properties[name] and "default" not in properties[name]:
                compare(value, properties[name]["properties"], [*path, name])
            else:
                assert value == properties[name]["default"], [*path, name]

    compare(values, schema["properties"], [])
    assert own - set(values) == {"global"}


@pytest.fixture(scope="session")
def helm_command():
    """The environment in which `helm` is Helm, or the wrapper over its library where there is none."""
    environment = dict(os.environ)
    environment.setdefault("HELM", shutil.which("helm") or str(ROOT / "tools/helm"))
    return environment


def test_deploy_is_a_base_for_kustomize(tmp_path):
    kustomize = [shutil.which("kustomize"), "build"] if shutil.which("kustomize") else [shutil.which("kubectl"), "kustomize"]
    if not kustomize[0]:
        pytest.skip("neither kustomize nor kubectl is installed")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (tmp_path / "overlay").mkdir()
    guide = (ROOT / "docs/install.md").read_text()
    overlay = next(block for block in guide.split("```yaml\n") if block.startswith("# kustomization.yaml")).split("```")[0]
    overlay = overlay.replace("oke-virtual-nodes-policy/deploy", "../deploy")
    (tmp_path / "overlay/kustomization.yaml").write_text(overlay)
    built = subprocess.run([*kustomize, tmp_path / "overlay"], check=True, capture_output=True, text=True).stdout
    (policy,) = yaml(built)
    assert policy["spec"]["mode"] == "monitor"
    assert "ocir.io" in policy["spec"]["module"]


def documented_values():
    """The values of each `helm` command of the documents that installs the chart, and of what may follow one."""
    for path in [ROOT / "README.md", CHART / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        # Placeholders hold spaces, and commands go over lines.
        text = re.sub(r"<[a-z ]+>", "x", path.read_text().replace("\\\n", " "))
        commands = re.findall(r"helm (?:install|upgrade) [^\n`]*charts/oke-virtual-nodes-policy[^\n`]*", text)
        for command in commands + re.findall(r"`(--set [^`]*)`", text):
            words = shlex.split(command)
            values = {"module": dict(MODULE)}
            for word in (words[index + 1] for index, word in enumerate(words) if word == "--set"):
                key, value = word.split("=", 1)
                *way, last = key.split(".")
                inner = values
                for step in way:
                    inner = inner.setdefault(step, {})
                inner[last] = value[1:-1].split(",") if value.startswith("{") else value
            yield pytest.param(values, id=f"{path.name}: {command[:60]}")


@pytest.mark.parametrize("values", list(documented_values()))
def test_the_commands_of_the_documents_render(values, schemas):
    objects = render(values)
    manifests, settings = schemas
    for policy in policies(objects):
        manifests.validate(policy)
        settings.validate(policy["spec"]["settings"])
        assert policy["spec"]["module"].startswith("registry://")
        assert policy["spec"]["failurePolicy"] == values.get("failurePolicy", "Fail")
        # A first look lets requests pass while the policy server is away.
        assert policy["spec"]["mode"] == "protect" or policy["spec"]["failurePolicy"] == "Ignore"
