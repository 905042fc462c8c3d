//! The files of a new rule.

use std::fs;
use std::path::Path;

use crate::{pages, read};

/// Writes the files of a new rule: its declaration, its line in the catalogue, its cases, its page and the two examples.
///
/// # Errors
/// A sentence for people.
pub fn make(root: &Path, id: &str) -> Result<String, String> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !id.split('-').all(is_word) {
        return Err(format!("{id}: an id is words of lower-case letters, joined with hyphens"));
    }
    let module = id.replace('-', "_");
    let code = format!("src/rules/{module}.rs");
    let cases = format!("test_data/rules/{id}.yaml");
    let page = pages::path(id);
    let [fails, fixed] = pages::examples(id);
    for path in [&code, &cases, &page, &fails, &fixed] {
        if root.join(path).exists() {
            return Err(format!("{path}: exists already"));
        }
    }
    let registry = registered(&read(root, "src/rules/mod.rs")?, &module)?;
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        let folder = file.parent().unwrap_or(root);
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).map_err(|error| format!("{path}: {error}"))
    };
    write(&code, &RULE.replace("<id>", id))?;
    write(&cases, CASES)?;
    write(&page, &PAGE.replace("<id>", id))?;
    write(&fails, "# TODO: a manifest in which the rule finds something\n")?;
    write(&fixed, "# TODO: the same manifest, in which it finds nothing\n")?;
    write("src/rules/mod.rs", &registry)?;
    Ok(format!(
        "wrote {code}, {cases}, {page}, {fails}, {fixed} and a line in src/rules/mod.rs; now\n\
         - fill in the declaration and the check in {code}; src/lint/oracle.rs has the rows of Oracle's page\n\
         - write the cases that it finds and those that it must not find in {cases}\n\
         - write the page {page} and its two examples\n\
         - cargo xtask generate\n\
         - BLESS=1 cargo test --test docs\n\
         - make test\n"
    ))
}

/// The catalogue with one more rule, at its end.
fn registered(registry: &str, module: &str) -> Result<String, String> {
    let mut lines: Vec<&str> = registry.lines().collect();
    let start =
        lines.iter().position(|line| line.starts_with("catalogue! {")).ok_or("src/rules/mod.rs: no catalogue")?;
    let end =
        lines.iter().skip(start).position(|line| *line == "}").ok_or("src/rules/mod.rs: no end of the catalogue")?;
    let entry = format!("    {module},");
    lines.insert(start + end, &entry);
    Ok(lines.join("\n") + "\n")
}

const RULE: &str = r#"//! `<id>`: finds TODO.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "<id>",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::ResourceAllocation]), // TODO: Oracle's rows
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Pod(check)];

fn check(_cx: &mut Context, _pod: PodSpec) {
    // cx.report(field.node, "what is wrong, without the field's name", "what to do");
}
"#;

const PAGE: &str = "\
# <id>

Finds TODO.

<!-- generated: facts -->
<!-- end -->

## Why

TODO: what Oracle's page says and what happens on a virtual node.

TODO: what the rule reports and what it ignores, and what the fix does.

## What to do instead

TODO: what the author of the workload can do.

## Example

<!-- generated: example -->
<!-- end -->

## Settings

<!-- generated: settings -->
<!-- end -->

<!-- generated: source -->
<!-- end -->
";

const CASES: &str = "\
strict: deny
tolerant: deny
# The cases that the rule finds, with the path and a part of the text. tests/common/fixtures.rs describes their form.
finds: []
# The cases that it must not find: the default value, null, similar fields.
misses: []
";
