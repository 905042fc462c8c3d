//! The pages of the rules, `docs/rules/<id>.md`: their prose is written by hand, and the parts between markers are
//! generated.
//!
//! A page has a title, a summary of one sentence, and sections under fixed headings. `## Parameters` describes each
//! parameter of the rule in a list: ``* `name`: text``.

use std::collections::BTreeMap;
use std::path::Path;

use oke_virtual_nodes_policy::lint::rule::Rule;
use oke_virtual_nodes_policy::rules::RULES;

use crate::read;

/// The line before a generated part; the part's name is between them.
const BEGIN: (&str, &str) = ("<!-- generated: ", " -->");
/// The line after a generated part.
const END: &str = "<!-- end -->";
/// How an entry of the list of parameters starts.
const ENTRY: &str = "* `";

/// The prose of a rule's page.
#[derive(Debug)]
pub struct Page {
    /// The page as it is in the repository.
    pub text: String,
    /// One sentence: what the rule finds.
    pub summary: String,
    /// Each parameter and what it means.
    pub parameters: BTreeMap<String, String>,
}

/// The pages of all rules, by id.
pub struct Pages(BTreeMap<&'static str, Page>);

impl Pages {
    /// Reads the pages of all rules.
    ///
    /// # Errors
    /// A sentence for people, where a page is missing or lacks a part.
    pub fn read(root: &Path) -> Result<Self, String> {
        let page = |rule: &&'static Rule| {
            let path = path(rule.id);
            let page = Page::parse(rule, read(root, &path)?).map_err(|error| format!("{path}: {error}"))?;
            Ok((rule.id, page))
        };
        RULES.iter().map(page).collect::<Result<_, String>>().map(Pages)
    }

    /// The page of a rule.
    #[must_use]
    pub fn of(&self, rule: &Rule) -> &Page {
        &self.0[rule.id]
    }
}

/// Where the page of a rule is.
#[must_use]
pub fn path(id: &str) -> String {
    format!("docs/rules/{id}.md")
}

/// Where the two examples of a rule are: what fails, and the same fixed.
#[must_use]
pub fn examples(id: &str) -> [String; 2] {
    ["fails", "fixed"].map(|name| format!("docs/rules/examples/{id}/{name}.yaml"))
}

/// The headings of a rule's page, in their order.
#[must_use]
pub fn headings(rule: &Rule) -> Vec<&'static str> {
    let mut headings = vec!["Why", "What to do instead", "Example", "Parameters", "Settings"];
    headings.retain(|heading| *heading != "Parameters" || !rule.parameters.is_empty());
    headings
}

impl Page {
    /// A page from its text.
    ///
    /// # Errors
    /// What is missing.
    pub fn parse(rule: &Rule, text: String) -> Result<Self, String> {
        let title = format!("# {}\n\n", rule.id);
        let rest = text.strip_prefix(&title).ok_or_else(|| format!("does not start with the title `# {}`", rule.id))?;
        let summary = joined(rest.split("\n\n").next().unwrap_or_default());
        let there: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected = headings(rule);
        if there != expected {
            return Err(format!("has the headings {there:?}, and should have {expected:?}"));
        }
        let parameters = list(&section(&text, "Parameters"));
        let names: Vec<_> = parameters.keys().map(String::as_str).collect();
        let mut expected: Vec<_> = rule.parameters.iter().map(|parameter| parameter.name).collect();
        expected.sort_unstable();
        if names != expected {
            return Err(format!("describes the parameters {names:?}, and the rule has {expected:?}"));
        }
        Ok(Page { text, summary, parameters })
    }

    /// What a parameter means; [`Page::parse`] has seen that all are there.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

/// A page with its generated parts replaced by those that `part` makes from their names.
///
/// # Errors
/// What is wrong with the markers, or what `part` says.
pub fn with_parts(page: &str, mut part: impl FnMut(&str) -> Result<String, String>) -> Result<String, String> {
    let mut made = String::new();
    let mut within = false;
    for line in page.lines() {
        if line == END && !std::mem::take(&mut within) {
            return Err(format!("`{END}` without a beginning"));
        }
        let name = part_named(line);
        if within && name.is_some() {
            return Err(format!("`{line}` before the end of another part"));
        }
        if !within {
            made.push_str(line);
            made.push('\n');
        }
        if let Some(name) = name {
            made.push_str(&part(name)?);
            within = true;
        }
    }
    if within { Err(format!("lacks the last `{END}`")) } else { Ok(made) }
}

/// The prose under a heading, without the parts that are generated; empty where there is no such heading.
#[must_use]
pub fn section(page: &str, heading: &str) -> String {
    let mut prose = String::new();
    let (mut is_in, mut is_generated) = (false, false);
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            is_in = title == heading;
        } else if line == END {
            is_generated = false;
        } else if part_named(line).is_some() {
            is_generated = true;
        } else if is_in && !is_generated {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose.trim().to_owned()
}

/// The name of the generated part that starts with this line.
fn part_named(line: &str) -> Option<&str> {
    line.strip_prefix(BEGIN.0)?.strip_suffix(BEGIN.1)
}

/// The entries of a list in Markdown whose texts start with a name in backticks and a colon.
fn list(section: &str) -> BTreeMap<String, String> {
    let entries = section.strip_prefix(ENTRY).map(|rest| rest.split("\n* `")).into_iter().flatten();
    entries.filter_map(|entry| entry.split_once("`: ")).map(|(name, text)| (name.to_owned(), joined(text))).collect()
}

/// A paragraph as one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
