//! `oke-vn explain`: the pages of the rules, for a terminal.

use std::io::{self, Write};

use anyhow::{Result, anyhow, bail};
use oke_virtual_nodes_policy::lint::rule::{EXEMPTION, Fix, PLACEMENT, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::markdown::{self, HEADING, TITLE};
use crate::output::nearest;
use crate::output::words::{DEFAULT_WIDTH, wrap};
use crate::pages::PAGES;

/// The least columns in which what a rule finds has a column of its own.
const WIDE: usize = 90;

/// The pages of the names that reports use in the place of a rule.
static TOPICS: [(&str, &str); 2] =
    [(PLACEMENT.id, include_str!("explain/placement.md")), (EXEMPTION.id, include_str!("explain/exemption.md"))];

/// Prints all rules, each with its summary and its levels: a line a rule where `width` is `None`, as programs want it,
/// else in lines of at most so many columns.
///
/// # Errors
/// Those of `out`.
pub fn list(width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let column = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let is_narrow = width.is_some_and(|width| width < WIDE);
    let finds = if is_narrow { "" } else { "   finds" };
    writeln!(out, "{HEADING}{:column$}  strict  tolerant  fix{finds}{HEADING:#}", "rule")?;
    for rule in RULES {
        let levels = format!("{:6}  {:8}  {:4}", rule.strict.name(), rule.tolerant.name(), fix(rule));
        let id = format!("{TITLE}{:column$}{TITLE:#}", rule.id);
        let summary = summary(rule.id);
        match width {
            None => writeln!(out, "{id}  {levels}  {summary}")?,
            Some(width) if is_narrow => {
                writeln!(out, "{id}  {}", levels.trim_end())?;
                writeln!(out, "{}", wrap(&summary, width, "    ", "    "))?;
            }
            Some(width) => {
                let indent = " ".repeat(column + levels.len() + 4);
                let text = wrap(&summary, width, &indent, &indent);
                writeln!(out, "{id}  {levels}  {}", text.trim_start())?;
            }
        }
    }
    Ok(())
}

/// Prints the page of a rule, or of a name that reports use in the place of one, for a terminal of the default width.
///
/// # Errors
/// As [`pages`].
pub fn page(id: &str, out: &mut dyn Write) -> Result<()> {
    pages(&[id], DEFAULT_WIDTH, out)
}

/// Prints the pages of these ids, which may be in any case, in lines of at most `width` columns.
///
/// # Errors
/// Those of `out`, and ids that are unknown, each with the one that was probably meant. Nothing is printed then.
pub fn pages(ids: &[impl AsRef<str>], width: usize, out: &mut dyn Write) -> Result<()> {
    let found: Vec<_> = ids.iter().map(|id| page_of(id.as_ref()).ok_or_else(|| unknown(id.as_ref()))).collect();
    let errors: Vec<_> = found.iter().filter_map(|page| page.as_ref().err()).map(ToString::to_string).collect();
    if !errors.is_empty() {
        bail!("{}", errors.join("\n"));
    }
    for (index, page) in found.iter().flatten().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        markdown::print(page, width, out)?;
    }
    Ok(())
}

/// Every id that has a page: those of the rules, and the names that reports use in the place of one.
pub fn ids() -> impl Iterator<Item = &'static str> {
    PAGES.iter().chain(&TOPICS).map(|(id, _)| *id)
}

fn page_of(id: &str) -> Option<&'static str> {
    PAGES.iter().chain(&TOPICS).find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, page)| *page)
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
    // Who remembers a word of it means the rule that has it.
    let named = || RULES.iter().map(|rule| rule.id).find(|rule| lower.len() > 3 && rule.contains(&lower));
    match nearest(&lower, ids()).or_else(named) {
        Some(meant) => anyhow!("unknown rule `{}`; did you mean `{meant}`?", id.escape_debug()),
        None => anyhow!("unknown rule `{}`; `oke-vn explain` lists all of them", id.escape_debug()),
    }
}
