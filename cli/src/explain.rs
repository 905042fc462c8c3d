//! `oke-vn explain`: the pages of the rules, for a terminal.

use std::io::{self, Write};

use anyhow::{Result, anyhow};
use oke_virtual_nodes_policy::lint::rule::{EXEMPTION, Fix, PLACEMENT, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::markdown::{self, HEADING, TITLE};
use crate::pages::PAGES;

/// The pages of the names that reports use in the place of a rule.
static TOPICS: [(&str, &str); 2] =
    [(PLACEMENT.id, include_str!("explain/placement.md")), (EXEMPTION.id, include_str!("explain/exemption.md"))];

/// Prints all rules, each with its summary and its levels.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    writeln!(out, "{HEADING}{:width$}  strict  tolerant  fix   finds{HEADING:#}", "rule")?;
    for rule in RULES {
        writeln!(
            out,
            "{TITLE}{:width$}{TITLE:#}  {:6}  {:8}  {:4}  {}",
            rule.id,
            rule.strict.name(),
            rule.tolerant.name(),
            fix(rule),
            summary(rule.id)
        )?;
    }
    Ok(())
}

/// Prints the page of a rule, or of a name that reports use in the place of one.
///
/// # Errors
/// Those of `out`, and an id that is unknown, with the one that was probably meant.
pub fn page(id: &str, out: &mut dyn Write) -> Result<()> {
    let page = page_of(id).ok_or_else(|| unknown(id))?;
    Ok(markdown::print(page, out)?)
}

fn page_of(id: &str) -> Option<&'static str> {
    PAGES.iter().chain(&TOPICS).find(|(known, _)| *known == id).map(|(_, page)| *page)
}

/// What a rule finds: the first paragraph of its page.
fn summary(id: &str) -> String {
    let paragraph = page_of(id).and_then(|page| page.split("\n\n").nth(1)).unwrap_or_default();
    let words: Vec<_> = paragraph.split_whitespace().collect();
    words.strip_prefix(&["Finds"]).unwrap_or(&words).join(" ")
}

fn fix(rule: &Rule) -> &'static str {
    match rule.fix {
        None => "-",
        Some(Fix::Safe) => "safe",
        Some(Fix::Full) => "full",
    }
}

/// The error for an id that is unknown, with the one that was probably meant.
pub fn unknown(id: &str) -> anyhow::Error {
    let lower = id.to_lowercase();
    let nearest = RULES
        .iter()
        .map(|rule| rule.id)
        .chain(TOPICS.iter().map(|(id, _)| *id))
        .map(|id| (strsim::damerau_levenshtein(&lower, id), id))
        .filter(|(distance, id)| distance * 3 <= id.len())
        .min()
        .map(|(_, id)| id);
    // Who remembers a word of it means the rule that has it.
    let named = RULES.iter().map(|rule| rule.id).find(|rule| lower.len() > 3 && rule.contains(&lower));
    match nearest.or(named) {
        Some(id) => anyhow!("unknown rule `{}`; did you mean `{id}`?", lower.escape_debug()),
        None => anyhow!("unknown rule `{}`; `oke-vn explain` lists all of them", lower.escape_debug()),
    }
}
