//! What is made from the declarations of the rules, so that it cannot say anything else than the policy does.

pub mod artifacthub;
pub mod metadata;
pub mod new_rule;
pub mod oracle;
pub mod pages;
pub mod questions;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use oke_virtual_nodes_policy::rules::RULES;

use crate::pages::Pages;

/// Where the pages of the rules are.
const PAGES: &str = "docs/rules";
/// Where their examples are.
const EXAMPLES: &str = "docs/rules/examples";

/// What stands at the head of a file that is made as a whole.
pub const NOTICE: &str = "Made by `cargo xtask generate` from the declarations in src/rules. Do not edit.";

/// The files that are made as a whole or between markers: their paths in the repository, and what must be in them.
///
/// # Errors
/// A sentence for people, where a file cannot be read or lacks its markers.
pub fn outputs(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    let pages = Pages::read(root)?;
    for rule in RULES {
        let path = pages::path(rule.id);
        let page = rules::page(root, rule, pages.of(rule)).map_err(|error| format!("{path}: {error}"))?;
        files.insert(path, page);
    }
    files.insert("cli/src/pages.rs".to_owned(), rules::embedded());
    files.insert("docs/rules.md".to_owned(), rules::table(&pages));
    files.insert("docs/oracle.md".to_owned(), oracle::page());
    files.insert("docs/settings.md".to_owned(), settings::page(&pages));
    files.insert("settings.schema.json".to_owned(), schema::text(&pages));
    files.insert("questions-ui.yml".to_owned(), questions::text(&pages));
    let package = "artifacthub-pkg.yml";
    files.insert(package.to_owned(), artifacthub::with_copies(&read(root, package)?, &pages)?);
    for path in with_rules_for_webhooks(root)? {
        let text = metadata::with_rules(&path, &read(root, &path)?)?;
        files.insert(path, text);
    }
    Ok(files)
}

/// The files that have rules for webhooks between markers.
fn with_rules_for_webhooks(root: &Path) -> Result<Vec<String>, String> {
    let mut paths = vec!["metadata.yml".to_owned()];
    if let Ok(entries) = fs::read_dir(root.join("deploy")) {
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".yaml") {
                paths.push(format!("deploy/{name}"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads a file of the repository.
///
/// # Errors
/// A sentence that names the file.
pub fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

/// The pages and the folders of examples of rules that do not exist (any more).
fn orphans(root: &Path) -> Vec<String> {
    let names = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let is_rule = |id: &str| RULES.iter().any(|rule| rule.id == id);
    let pages = names(PAGES).into_iter().filter(|name| name != "examples");
    let pages = pages.filter(|name| !name.strip_suffix(".md").is_some_and(is_rule));
    let examples = names(EXAMPLES).into_iter().filter(|name| !is_rule(name));
    let mut orphans: Vec<_> = pages.map(|name| format!("{PAGES}/{name}")).collect();
    orphans.extend(examples.map(|name| format!("{EXAMPLES}/{name}")));
    orphans.sort();
    orphans
}

/// The files that are not as they must be.
///
/// # Errors
/// As for [`outputs`].
pub fn stale(root: &Path) -> Result<Vec<String>, String> {
    let files = outputs(root)?;
    let mut stale = orphans(root);
    stale.extend(
        files.into_iter().filter(|(path, text)| read(root, path).ok().as_ref() != Some(text)).map(|(path, _)| path),
    );
    Ok(stale)
}

/// Writes the files that are stale; says which, and which pages and examples are of no rule. Those are written by hand,
/// so a person removes them.
///
/// # Errors
/// A sentence for people.
pub fn write(root: &Path) -> Result<String, String> {
    let files = outputs(root)?;
    let mut said = String::new();
    for path in orphans(root) {
        said.push_str(&format!("{path} belongs to no rule: remove it\n"));
    }
    for (path, text) in files {
        if read(root, &path).ok().as_ref() == Some(&text) {
            continue;
        }
        let file = root.join(&path);
        let folder = file.parent().unwrap_or(root);
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).map_err(|error| format!("{path}: {error}"))?;
        said.push_str(&format!("wrote {path}\n"));
    }
    Ok(said)
}

/// Says what is stale.
///
/// # Errors
/// The files that are stale, with what to do.
pub fn check(root: &Path) -> Result<String, String> {
    let stale = stale(root)?;
    if stale.is_empty() {
        return Ok(String::new());
    }
    Err(format!("stale, run `cargo xtask generate`:\n  {}", stale.join("\n  ")))
}
