//! The parts of artifacthub-pkg.yml that repeat other files. `kwctl scaffold artifacthub` writes the file. This keeps its
//! form and its webhook rules up to date without kwctl.

use oke_virtual_nodes_policy::lint::lookup::Lookup;

use crate::metadata::{Scope, webhook_rules, yaml};
use crate::pages::Pages;
use crate::questions;

/// The file with the repeated parts generated again.
///
/// # Errors
/// A sentence for people, where a part is missing.
pub fn with_copies(text: &str, pages: &Pages) -> Result<String, String> {
    let rules = yaml(&webhook_rules(Scope::Cluster), "");
    // The annotation has only the list.
    let rules = rules.strip_prefix("rules:\n").unwrap_or(&rules);
    let rules: String = rules.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect();
    let text = with_block(text, "kubewarden/contextAwareResources", &resources())?;
    let text = with_block(&text, "kubewarden/questions-ui", &questions::text(pages))?;
    with_block(&text, "kubewarden/rules", &rules)
}

/// The kinds that can be looked up, in the order of kwctl: by version, and then by name.
fn resources() -> String {
    let mut kinds = Lookup::ALL.map(|kind| (kind.api_version(), kind.name()));
    kinds.sort_unstable();
    kinds.iter().map(|(version, kind)| format!("- apiVersion: {version}\n  kind: {kind}\n")).collect()
}

/// The text with another block of text as the value of the annotation `key`.
fn with_block(text: &str, key: &str, block: &str) -> Result<String, String> {
    let start = format!("  {key}: |\n");
    let missing = || format!("artifacthub-pkg.yml: has no {key}");
    let (before, after) = text.split_once(&start).ok_or_else(missing)?;
    let rest = after.lines().skip_while(|line| line.is_empty() || line.starts_with("    "));
    let mut made = format!("{before}{start}");
    for line in block.lines() {
        made.push_str(&format!("    {line}\n"));
    }
    for line in rest {
        made.push_str(line);
        made.push('\n');
    }
    Ok(made)
}
