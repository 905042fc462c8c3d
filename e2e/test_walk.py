"""What can be said of the walk without a cluster: its syntax, and that its manifests are what their first lines say."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WALK = ROOT / "e2e/cluster.bats"


def check(name, *options):
    """What the command line says of a manifest of the walk, and its exit status."""
    command = [os.environ["OKE_VN"], "check", *options, str(ROOT / f"e2e/manifests/{name}.yaml")]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode, result.stdout


def test_the_syntax_is_right():
    count = subprocess.run(["bats", "--count", str(WALK)], capture_output=True, text=True, check=True).stdout
    assert int(count) == len(re.findall(r"^@test ", WALK.read_text(), re.MULTILINE))


def test_every_step_has_a_tag():
    lines = WALK.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("@test "):
            assert re.fullmatch(r"# bats test_tags=(admission|cluster)", lines[number - 1]), line


def test_every_manifest_is_used_and_every_used_one_is_there():
    text = WALK.read_text()
    there = {path.stem for path in (ROOT / "e2e/manifests").glob("*.yaml")}
    used = set(re.findall(r"^ *(?:run |eventually )?(?:create|says|refutes) (\w+)", text, re.MULTILINE))
    used |= set(re.findall(r"manifests/(\w+)\.yaml", text))
    assert used == there


def test_the_manifests_are_judged_as_the_walk_expects():
    status, report = check("clean")
    assert status == 0 and re.findall(r": (?:deny|warn) ", report) == []
    status, report = check("denied")
    assert status == 1 and set(re.findall(r": deny ([a-z-]+)", report)) == {"host-network", "init-containers"}
    status, report = check("warned")
    assert status == 0 and "missing-resources" in report
    status, report = check("fixable")
    assert status == 1 and {"termination-grace-period", "requests-equal-limits"} == set(re.findall(r": deny ([a-z-]+)", report))
    # A file would change, and nothing else is wrong with it.
    status, report = check("fixable", "--fix", "--settings-json", '{"mutate": "safe"}')
    assert status == 1 and " 0 denied" in report
    assert check("managed")[0] == 1
    assert check("managed", "--settings-json", '{"nodeKind": "mixed"}')[0] == 0
