//! What is made from the declarations of the rules, so that it cannot say anything else than the policy does.

pub mod artifacthub;
pub mod chart;
pub mod metadata;
pub mod new_rule;
pub mod oracle;
pub mod questions;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use oke_virtual_nodes_policy::rules::RULES;

/// What stands at the head of a file that is made as a whole.
pub const NOTICE: &str = "Made by `cargo xtask generate` from the declarations in src/rules. Do not edit.";

/// The files that are made as a whole or between markers: their paths in the repository, and what must be in them.
///
/// # Errors
/// A sentence for people, where a file cannot be read or lacks its markers.
pub fn outputs(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    for rule in RULES {
        files.insert(format!("docs/rules/{}.md", rule.id), rules::page(root, rule)?);
    }
    files.insert("docs/rules.md".to_owned(), rules::table());
    files.insert("docs/oracle.md".to_owned(), oracle::page());
    files.insert("docs/settings.md".to_owned(), settings::page());
    files.insert("settings.schema.json".to_owned(), schema::text());
    files.insert("questions-ui.yml".to_owned(), questions::text());
    let package = "artifacthub-pkg.yml";
    files.insert(package.to_owned(), artifacthub::with_copies(&read(root, package)?)?);
    let metadata = "metadata.yml";
    files.insert(metadata.to_owned(), metadata::with_rules(metadata, &read(root, metadata)?)?);
    // The manifests of deploy/ are rendered from the chart.
    files.extend(chart::outputs(root, &files["settings.schema.json"], &files["questions-ui.yml"])?);
    Ok(files)
}

/// Reads a file of the repository.
///
/// # Errors
/// A sentence that names the file.
pub fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

/// The pages of rules that do not exist (any more).
fn orphans(root: &Path, files: &BTreeMap<String, String>) -> Vec<String> {
    let entries = fs::read_dir(root.join("docs/rules")).into_iter().flatten().flatten();
    let mut orphans: Vec<_> = entries
        .map(|entry| format!("docs/rules/{}", entry.file_name().to_string_lossy()))
        .filter(|path| !files.contains_key(path))
        .collect();
    orphans.sort();
    orphans
}

/// The files that are not as they must be.
///
/// # Errors
/// As for [`outputs`].
pub fn stale(root: &Path) -> Result<Vec<String>, String> {
    let files = outputs(root)?;
    let mut stale = orphans(root, &files);
    stale.extend(
        files.into_iter().filter(|(path, text)| read(root, path).ok().as_ref() != Some(text)).map(|(path, _)| path),
    );
    Ok(stale)
}

/// Writes the files that are stale, and removes pages of rules that do not exist; says which.
///
/// # Errors
/// A sentence for people.
pub fn write(root: &Path) -> Result<String, String> {
    let files = outputs(root)?;
    let mut said = String::new();
    for path in orphans(root, &files) {
        fs::remove_file(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        said.push_str(&format!("removed {path}\n"));
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
