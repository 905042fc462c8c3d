#!/usr/bin/env bash
# Checks every format of a report with readers that are not ours: schemas and validators of SARIF, JUnit, CSV, Markdown and
# HTML, GitHub's own library for annotations, Code Climate's types, and Chromium with axe for the page.
#
#   check.sh [DIRECTORY]    what the example `reports` has written; without it, the sample of the tests is written first
#
# Needs cargo, Python 3, Node.js 20 or later and Chromium. The checkers come from PyPI and npm, at the first run. Pictures of
# the page are left in target/formats/pictures.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$root/target/formats
reports=${1:-$work/reports}
mkdir -p "$work/pictures"

if [ $# -eq 0 ]; then
  cargo run --quiet --locked --manifest-path "$root/cli/Cargo.toml" --example reports -- "$reports"
fi
reports=$(cd "$reports" && pwd)

cp "$here"/package.json "$here"/requirements.txt "$here"/*.py "$here"/*.mjs "$here"/issues.ts "$work"
cd "$work"
# What was installed for the same list is used again.
if ! cmp -s package.json node_modules/.installed; then
  npm install --silent --no-audit --no-fund --no-package-lock
  cp package.json node_modules/.installed
fi
if ! cmp -s requirements.txt python/.installed; then
  python3 -m venv python
  python/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
  # Jenkins' schema of JUnit is among the tests of pytest, in its source package.
  python/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest pytest pytest==9.0.2
  tar -xzf pytest/pytest-9.0.2.tar.gz --strip-components=3 pytest-9.0.2/testing/example_scripts/junit-10.xsd
  cp requirements.txt python/.installed
fi

# The schema of OASIS, as a crate brings it.
host=$(rustc -vV | sed -n 's/^host: //p')
schema=$(cargo metadata --format-version 1 --offline --filter-platform "$host" --manifest-path "$root/cli/Cargo.toml" |
  python/bin/python -c 'import json, sys; print(*[p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == "serde-sarif"])')
python/bin/python check.py "$reports" "${schema%Cargo.toml}src/schema.json"

# Microsoft's validator, with the rules of GitHub. It ends with 0 whatever it finds, and prints what it finds.
found=$(npx sarif-multitool validate "$reports/report.sarif" --rule-kind "'Sarif;Ghas'" --level "'Error;Warning'" \
  --output "$work/sarif-findings.sarif" --log ForceOverwrite)
if grep -E 'error|warning' <<<"$found"; then exit 1; fi
grep -q 'Analysis completed successfully' <<<"$found"
echo "sarif: nothing that GitHub would refuse"

cp "$reports/gitlab.json" .
npx tsc --noEmit --strict --resolveJsonModule --module nodenext --target es2022 --skipLibCheck issues.ts
echo "gitlab: of Code Climate's types"

printf '{"extends": ["html-validate:recommended"]}' >.htmlvalidate.json
npx html-validate --config .htmlvalidate.json "$reports/report.html"
echo "html: valid"

# Long lines, and the elements that fold a list of findings.
printf '{"config": {"MD013": false, "MD033": false, "MD041": false}}' >.markdownlint-cli2.jsonc
cp "$reports/report.md" "$reports/summary.md" "$reports/diff.md" .
npx markdownlint-cli2 report.md summary.md diff.md 2>/dev/null
echo "markdown: nothing to complain of"

node github.mjs "$reports/github.txt"
node page.mjs "$reports/report.html" "$work/pictures"
