"""The files for installers and pipelines, with archives that are made here. OKE_VN names the program that goes into them."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ["OKE_VN"])
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
TARGETS = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
]


def yaml(path):
    """The documents of a YAML file."""
    return list(YAML(typ="safe", pure=True).load_all(path.read_text()))


def run(*command, **environment):
    """Runs a command of the repository, and returns what it printed and its exit status."""
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
    )
    return result.returncode, result.stdout + result.stderr


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    """A folder like a release on the web, with the archive of each Linux."""
    folder = tmp_path_factory.mktemp("releases") / "latest/download"
    folder.mkdir(parents=True)
    for target in TARGETS[:2]:
        status, output = run(ROOT / "packaging/package-binary", target, PROGRAM, folder)
        assert status == 0, output
    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.tar.gz"))
    )
    (folder / "SHA256SUMS").write_text(sums)
    shutil.copytree(folder, folder.parents[1] / f"download/v{VERSION}")
    return folder.parents[1]


def commands():
    """The commands of the program, as its help lists them, without `help` itself."""
    status, output = run(PROGRAM, "--help")
    assert status == 0, output
    listed = output.split("Commands:\n")[1].split("\n\n")[0]
    return [name for name in re.findall(r"^  (\S+)", listed, re.MULTILINE) if name != "help"]


def test_an_archive_has_all_that_a_package_needs(release):
    name = f"oke-vn-v{VERSION}-{TARGETS[0]}"
    with tarfile.open(release / f"latest/download/{name}.tar.gz") as archive:
        members = {member.name: member for member in archive.getmembers()}
    for file in (
        "oke-vn",
        "LICENSE",
        "README.md",
        "completions/oke-vn.bash",
        "completions/_oke-vn",
        "completions/oke-vn.fish",
        "completions/kubectl_complete-oke_vn",
        "man/oke-vn.1",
        *(f"man/oke-vn-{command}.1" for command in commands()),
    ):
        assert members[f"{name}/{file}"].size > 0, file
    assert len([name for name in members if "/man/" in name]) == 1 + len(commands())
    assert members[f"{name}/oke-vn"].mode == 0o755
    assert {(member.uid, member.gid, member.uname) for member in members.values()} == {(0, 0, "")}


def test_an_archive_is_the_same_twice(release, tmp_path):
    run(ROOT / "packaging/package-binary", TARGETS[0], PROGRAM, tmp_path)
    name = f"oke-vn-v{VERSION}-{TARGETS[0]}.tar.gz"
    assert (tmp_path / name).read_bytes() == (release / "latest/download" / name).read_bytes()


def test_the_install_script_installs(release, tmp_path):
    for options, environment in (([], {}), (["--version", f"v{VERSION}"], {}), ([], {"OKE_VN_VERSION": VERSION})):
        target = tmp_path / f"bin{len(options)}{len(environment)}"
        status, output = run(
            "sh", ROOT / "packaging/install.sh", "--dir", target, *options, OKE_VN_BASE_URL=f"file://{release}", **environment
        )
        assert status == 0, output
        assert f"installed oke-vn {VERSION} in {target}" in output
        assert [path.name for path in target.iterdir()] == ["oke-vn"]
        assert run(target / "oke-vn", "--version")[1] == f"oke-vn {VERSION}\n"


def test_the_install_script_replaces_what_is_there(release, tmp_path):
    (tmp_path / "oke-vn").write_text("an older one")
    status, output = run("sh", ROOT / "packaging/install.sh", OKE_VN_DIR=tmp_path, OKE_VN_BASE_URL=f"file://{release}")
    assert status == 0, output
    assert run(tmp_path / "oke-vn", "--version")[0] == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: next(folder.glob(f"*{os.uname().machine}*.gz")).write_bytes(b"x"), "does not match its checksum"),
        (lambda folder: (folder / "SHA256SUMS").write_text(""), "has no archive for"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "cannot download"),
        (lambda folder: next(folder.glob(f"*{os.uname().machine}*.gz")).unlink(), "cannot download"),
    ],
)
def test_the_install_script_installs_nothing_that_it_cannot_verify(release, tmp_path, spoil, message):
    shutil.copytree(release, tmp_path / "releases")
    spoil(tmp_path / "releases/latest/download")
    target = tmp_path / "bin"
    status, output = run("sh", ROOT / "packaging/install.sh", "--dir", target, OKE_VN_BASE_URL=f"file://{tmp_path}/releases")
    assert status == 1
    assert message in output
    assert not target.exists()


def test_installers_name_every_archive_with_its_checksum(tmp_path):
    sums = {target: hashlib.sha256(target.encode()).hexdigest() for target in TARGETS}
    names = {target: f"oke-vn-v9.8.7-{target}.{'zip' if 'windows' in target else 'tar.gz'}" for target in TARGETS}
    (tmp_path / "SHA256SUMS").write_text("".join(f"{sums[target]}  {names[target]}\n" for target in TARGETS))
    status, output = run(ROOT / "packaging/render-installers", "v9.8.7", tmp_path / "SHA256SUMS", tmp_path)
    assert status == 0, output

    (plugin,) = yaml(tmp_path / "oke-vn.krew.yaml")
    assert plugin["spec"]["version"] == "v9.8.7"
    platforms = {platform["uri"].rsplit("/", 1)[1]: platform for platform in plugin["spec"]["platforms"]}
    assert set(platforms) == set(names.values())
    for target in TARGETS:
        platform = platforms[names[target]]
        assert platform["sha256"] == sums[target]
        assert platform["files"][0]["from"] == f"oke-vn-v9.8.7-{target}/{platform['bin']}"
        assert "/releases/download/v9.8.7/" in platform["uri"]

    formula = (tmp_path / "oke-vn.rb").read_text()
    for target in TARGETS[:4]:
        assert re.search(rf'{re.escape(names[target])}"\n *sha256 "{sums[target]}"', formula), target
    assert "@" not in formula and "@" not in (tmp_path / "oke-vn.krew.yaml").read_text()


def test_cargo_binstall_finds_every_archive():
    cargo = tomllib.loads((ROOT / "cli/Cargo.toml").read_text())["package"]
    repository = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["repository"]
    metadata = cargo["metadata"]["binstall"]
    for target in TARGETS:
        form = {**metadata, **metadata["overrides"].get(target, {})}["pkg-fmt"]
        values = {
            "repo": repository,
            "version": "9.8.7",
            "target": target,
            "bin": cargo["name"],
            "archive-suffix": {"tgz": ".tar.gz", "zip": ".zip"}[form],
            "binary-ext": ".exe" if "windows" in target else "",
        }

        def filled(template):
            return re.sub(r"\{ ([a-z-]+) \}", lambda match: values[match[1]], template)

        # The manifest for krew names the same archives, and the same program in each.
        plugin = (ROOT / "packaging/oke-vn.krew.yaml.in").read_text().replace("@VERSION@", "9.8.7")
        assert f"uri: {filled(metadata['pkg-url'])}\n" in plugin
        assert f"from: {filled(metadata['bin-dir'])}\n" in plugin


def test_installers_are_not_made_without_an_archive(tmp_path):
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  oke-vn-v9.8.7-{TARGETS[0]}.tar.gz\n")
    status, output = run(ROOT / "packaging/render-installers", "9.8.7", tmp_path / "SHA256SUMS", tmp_path)
    assert status != 0
    assert "aarch64-unknown-linux-musl" in output


def test_charts_are_packed_with_the_module_of_the_release(tmp_path):
    digest = "sha256:" + "ab" * 32
    script = ROOT / "packaging/package-charts"
    status, output = run(script, "v9.8.7", "ghcr.example.com/a/oke-virtual-nodes-policy", digest, tmp_path)
    assert status == 0, output

    def values(kind, name="values.yaml"):
        with tarfile.open(tmp_path / kind / "oke-virtual-nodes-policy-9.8.7.tgz") as archive:
            text = archive.extractfile(f"oke-virtual-nodes-policy/{name}").read().decode()
            assert kind == "charts" or "published" not in text
            return YAML(typ="safe", pure=True).load(text)

    assert values("charts")["module"] == {
        "repository": "ghcr.example.com/a/oke-virtual-nodes-policy",
        "tag": "",
        "digest": digest,
    }
    assert values("catalog")["module"] == {"repository": "a/oke-virtual-nodes-policy", "tag": "v9.8.7"}
    assert values("catalog")["global"]["cattle"]["systemDefaultRegistry"] == "ghcr.example.com"
    annotations = values("catalog", "Chart.yaml")["annotations"]
    assert annotations["kubewarden/registry"] == "ghcr.example.com"
    assert annotations["kubewarden/repository"] == "a/oke-virtual-nodes-policy"
    assert annotations["kubewarden/tag"] == "v9.8.7"
    assert run(script, "v9.8.7", "registry.example.com/a", "sha256:1", tmp_path)[0] != 0


def test_a_checkout_names_no_module_that_can_be_pulled_and_a_release_does():
    metadata = (ROOT / "metadata.yml").read_text()
    assert "ociUrl: registry.example.com/" in metadata
    for path in ["artifacthub-pkg.yml", "catalog/oke-virtual-nodes-policy/Chart.yaml", "catalog/oke-virtual-nodes-policy/values.yaml"]:
        text = (ROOT / path).read_text()
        assert "registry.example.com" in text and "ghcr.io" not in text, path
    script = ROOT / "packaging/release-metadata"
    status, output = run(script, "ghcr.io/somebody/policies/oke-virtual-nodes-policy")
    assert status == 0, output
    changed = set(output.splitlines()) - set(metadata.splitlines())
    assert changed == {"  io.kubewarden.policy.ociUrl: ghcr.io/somebody/policies/oke-virtual-nodes-policy"}
    for module in ["", "ghcr.io", "ghcr.io/a b", "ghcr.io/a#b", "https://ghcr.io/a"]:
        assert run(script, module)[0] != 0, module


def test_the_chart_repository_is_published(tmp_path):
    remote = tmp_path / "remote.git"
    run("git", "init", "--bare", "--quiet", remote)
    # A git that reaches the remote here in place of the one on the web.
    config = tmp_path / "gitconfig"
    config.write_text(f'[url "file://{remote}"]\n\tinsteadOf = https://x-access-token:secret@github.com/somebody/something.git\n')
    environment = {"GIT_CONFIG_GLOBAL": config, "GH_TOKEN": "secret", "GITHUB_REPOSITORY": "somebody/something"}
    for version in ("v9.8.7", "v9.8.8"):
        packed = tmp_path / version
        run(ROOT / "packaging/package-charts", version, "registry.example.com/a/b", "sha256:" + "ab" * 32, packed)
        status, output = run(ROOT / "packaging/publish-chart-repository", version, packed, **environment)
        assert status == 0, output
        assert "secret" not in output
    run("git", "clone", "--quiet", "--branch", "gh-pages", remote, tmp_path / "pages")
    for kind in ("charts", "catalog"):
        (index,) = yaml(tmp_path / "pages" / kind / "index.yaml")
        entries = index["entries"]["oke-virtual-nodes-policy"]
        assert [entry["version"] for entry in entries] == ["9.8.8", "9.8.7"]
        for entry in entries:
            (url,) = entry["urls"]
            assert url.startswith(f"https://somebody.github.io/something/{kind}/")
            archive = tmp_path / "pages" / kind / url.rsplit("/", 1)[1]
            assert hashlib.sha256(archive.read_bytes()).hexdigest() == entry["digest"]


def stand_in(folder, known):
    """A program that is called oke-vn, knows these words, and prints its arguments, a line each."""
    folder.mkdir(exist_ok=True)
    program = folder / "oke-vn"
    program.write_text(f'#!/bin/sh\n[ "$2" != --help ] || exec echo "{known}"\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


INPUTS = {
    "GITHUB_STEP_SUMMARY": "summary.md",
    "INPUT_PATHS": "deploy\n  a b/$(touch hacked)\n\n--version\n",
    "INPUT_SETTINGS": "settings.yaml",
    "INPUT_PROFILE": "tolerant",
    "INPUT_FAIL_ON": "warn",
    "INPUT_SARIF": "oke-vn.sarif",
}


def test_the_action_passes_its_inputs_and_reads_none_as_code(tmp_path):
    path = stand_in(tmp_path / "bin", "--fail-on, --output github, markdown, sarif")
    status, output = run(ROOT / "packaging/action-check", PATH=path, **INPUTS)
    assert status == 0, output
    lines = output.splitlines()
    assert lines[lines.index("--") + 1 :] == ["deploy", "a b/$(touch hacked)", "--version"]
    options = " ".join(lines[: lines.index("--")])
    for option in ("--fail-on warn", "--settings-path settings.yaml", "--profile tolerant", "--output sarif=oke-vn.sarif"):
        assert option in options
    assert "--output github" in options and "markdown" not in options
    _, output = run(ROOT / "packaging/action-check", PATH=path, **{**INPUTS, "INPUT_ANNOTATIONS": "false"})
    assert "--output\nmarkdown=summary.md\n" in output and "github" not in output
    assert run(ROOT / "packaging/action-check", PATH=path, INPUT_PATHS=" ")[0] == 2


def test_the_action_says_what_an_older_program_cannot_do(tmp_path):
    status, output = run(ROOT / "packaging/action-check", PATH=stand_in(tmp_path / "bin", "text, json"), **INPUTS)
    assert status == 0, output
    for word in ("fail-on", "github", "sarif"):
        assert f"::notice::this version of oke-vn does not know {word}\n" in output
    assert "--output\ntext\n--\n" in output


def test_the_action_runs_the_program(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "oke-vn").symlink_to(PROGRAM)
    path = f"{folder}:{os.environ['PATH']}"
    manifests = ROOT / "e2e/manifests"
    for annotations in ("true", "false"):
        summary = tmp_path / f"{annotations}.md"
        environment = {"INPUT_ANNOTATIONS": annotations, "GITHUB_STEP_SUMMARY": summary}
        status, output = run(
            ROOT / "packaging/action-check", PATH=path, INPUT_PATHS=f"{manifests}/denied.yaml", **environment
        )
        assert status == 1 and "host-network" in output, output
        assert ("::error" in output) == (annotations == "true"), output
        assert summary.read_text().count("## Readiness") == 1
    assert run(ROOT / "packaging/action-check", PATH=path, INPUT_PATHS=f"{manifests}/clean.yaml")[0] == 0


def test_the_action_hands_over_each_input():
    (action,) = yaml(ROOT / "action.yml")
    text = (ROOT / "packaging/action-check").read_text()
    used = " ".join(str(step) for step in action["runs"]["steps"])
    for name in action["inputs"]:
        assert f"inputs.{name}" in used, name
    for name in set(re.findall(r"INPUT_\w+", text)):
        assert name in used, f"{name} is not handed over"


def test_hooks_of_pre_commit_run_the_program():
    (hooks,) = yaml(ROOT / ".pre-commit-hooks.yaml")
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        program, command, *options = hook["entry"].split()
        assert program == "oke-vn"
        status, output = run(PROGRAM, command, *options, ROOT / "test_data/manifests", "--help")
        assert status == 0, output


def test_documents_name_the_hooks_and_inputs_that_exist():
    guide = (ROOT / "docs/install-cli.md").read_text()
    (hooks,) = yaml(ROOT / ".pre-commit-hooks.yaml")
    for hook in hooks:
        assert hook["id"] in guide
    (action,) = yaml(ROOT / "action.yml")
    block = guide.split("oke-virtual-nodes-policy@main\n        with:\n")[1].split("```")[0]
    for name in re.findall(r"^          ([a-z-]+):", block, re.MULTILINE):
        assert name in action["inputs"], name
    (job,) = yaml(ROOT / "packaging/oke-vn.gitlab-ci.yml")
    block = guide.split("# .gitlab-ci.yml\n")[1].split("```")[0]
    for name in re.findall(r"^  (OKE_VN_\w+):", block, re.MULTILINE):
        assert name in job["oke-virtual-nodes"]["variables"], name
