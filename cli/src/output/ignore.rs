//! Ignores: comments in manifests and entries of `.oke-vn.yaml`.
//!
//! A comment `# oke-vn: ignore <rule>, <rule> - <reason>` covers the field on its line, or the one below it where it stands
//! alone, with everything inside that field. Above the first line of an object it covers the object, and at an entry of a
//! list that entry. An ignore always has a reason; one that is unused, expired or wrong is named in the report.

use chrono::NaiveDate;
use globset::GlobMatcher;

use super::model::{ExemptBy, Exemption, Finding, IgnoreProblem, Location, Object, Report};
use super::nearest;
use super::outline::{Comment as YamlComment, Outline};
use super::workspace::Workspace;

/// The word that a comment for this program starts with.
pub const MARK: &str = "oke-vn:";
/// What a comment is to look like.
const FORM: &str = "write `# oke-vn: ignore <rule> - <reason>`";

/// A comment that ignores rules in a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it is.
    pub location: Location,
    /// The rules.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// The first and the last line that it covers.
    pub lines: (usize, usize),
}

/// An entry under `ignore` of `.oke-vn.yaml`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it is.
    pub location: Location,
    /// The rules.
    pub rules: Vec<String>,
    /// The files, from the root of the repository; all where it is empty.
    pub files: Vec<GlobMatcher>,
    /// The objects, as `Deployment shop/web` or `shop/web`; all where it is empty.
    pub objects: Vec<Pattern>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<NaiveDate>,
}

/// A pattern for objects.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Whether it starts with a kind.
    pub has_kind: bool,
    /// What is compared with the object's name.
    pub glob: GlobMatcher,
}

impl Pattern {
    fn matches(&self, object: &Object) -> bool {
        let title = object.title();
        let name = title.split_once(' ').map_or(title.as_str(), |(_, name)| name);
        self.glob.is_match(if self.has_kind { &title } else { name })
    }
}

/// Everything that ignores something in a run.
#[derive(Clone, Debug, Default)]
pub struct Ignores {
    /// The comments of the files that were read.
    pub comments: Vec<Comment>,
    /// The entries of `.oke-vn.yaml`.
    pub entries: Vec<Entry>,
    /// What is wrong with comments and entries.
    pub problems: Vec<IgnoreProblem>,
    /// Where the patterns for files start, if not at the root of the repository.
    pub workspace: Option<Workspace>,
}

/// What a run has looked at: what it hasn't looked at cannot be called unused.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The day on which the run takes place.
    pub today: NaiveDate,
    /// The rules that were not checked, by the settings or the command line.
    pub unchecked: &'a [String],
    /// Whether everything was judged that `.oke-vn.yaml` is about. Else none of its entries is called unused.
    pub complete: bool,
}

impl Ignores {
    /// Adds the comments in `text`, whose first line is line `first_line` of `file`. `rules` are the ids of all rules. A
    /// text that isn't YAML has no comments.
    pub fn read_comments(&mut self, file: &str, text: &str, first_line: usize, rules: &[&str]) {
        if !text.contains(MARK) {
            return;
        }
        let Some(outline) = Outline::read(text, first_line, MARK) else { return };
        for comment in &outline.comments {
            let location = Location::new(file, comment.line, comment.column);
            // Another word that ends alike, as in a sentence, is nothing to us.
            let Some(order) = comment.text.strip_prefix(MARK) else { continue };
            match self.read_comment(order.trim(), comment, (&outline, text, first_line), rules) {
                Ok((rules, reason, lines)) => self.comments.push(Comment { location, rules, reason, lines }),
                Err(problem) => self.problems.push(IgnoreProblem { location, problem }),
            }
        }
    }

    #[expect(clippy::type_complexity, reason = "the parts of a comment, on their way into one")]
    fn read_comment(
        &mut self,
        order: &str,
        comment: &YamlComment,
        (outline, text, first_line): (&Outline, &str, usize),
        known: &[&str],
    ) -> Result<(Vec<String>, String, (usize, usize)), String> {
        let arguments =
            order.strip_prefix("ignore").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        let arguments = arguments.ok_or_else(|| format!("the comment isn't understood; {FORM}"))?;
        let (rules, reason) = split_reason(arguments).ok_or_else(|| format!("the comment gives no reason; {FORM}"))?;
        let rules: Vec<String> =
            rules.split([',', ' ', '\t']).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
        if rules.is_empty() {
            return Err(format!("the comment names no rule; {FORM}"));
        }
        unknown_rules(&rules, known)?;
        let target = outline.target(comment).filter(|target| {
            // The next document is not what a comment below the last one is about.
            let between = text.lines().skip(comment.line - first_line).take(target.line.saturating_sub(comment.line));
            !between.into_iter().any(|line| line.starts_with("---"))
        });
        let target =
            target.ok_or("the comment stands above no field; put it above the field or at the end of its line")?;
        Ok((rules, reason.to_owned(), (target.line, target.end)))
    }

    /// Exempts what is ignored in a report, and names the ignores that need a look. To be called before anything is
    /// fixed: what is ignored stays as it is.
    pub fn apply(&self, report: &mut Report, run: &Run<'_>) {
        let mut used_comments = vec![false; self.comments.len()];
        let mut used_entries = vec![false; self.entries.len()];
        let workspace = self.workspace.as_ref().unwrap_or(&report.workspace).clone();
        let mut objects = std::mem::take(&mut report.objects);
        for object in &mut objects {
            let mut findings = std::mem::take(&mut object.findings);
            for finding in findings.iter_mut().filter(|finding| finding.exempt.is_none()) {
                // All that fit are used, whichever of them exempts.
                for (comment, used) in self.comments.iter().zip(&mut used_comments) {
                    if comment.covers(object, finding) {
                        *used = true;
                        exempt(finding, ExemptBy::Comment, &comment.reason);
                    }
                }
                for (entry, used) in self.entries.iter().zip(&mut used_entries) {
                    if entry.covers(object, finding, &workspace) {
                        *used = true;
                        if !entry.is_expired(run.today) {
                            exempt(finding, ExemptBy::Config, &entry.reason);
                        }
                    }
                }
            }
            object.findings = findings;
        }
        report.objects = objects;
        let mut problems = self.problems.clone();
        for (comment, used) in self.comments.iter().zip(used_comments) {
            if let Some(problem) = unused(&comment.rules, used, run, true) {
                problems.push(IgnoreProblem { location: comment.location.clone(), problem });
            }
        }
        for (entry, used) in self.entries.iter().zip(used_entries) {
            if let Some(problem) = entry.problem(used, run) {
                problems.push(IgnoreProblem { location: entry.location.clone(), problem });
            }
        }
        problems.sort();
        report.ignores.extend(problems);
        report.finish();
    }
}

impl Comment {
    fn covers(&self, object: &Object, finding: &Finding) -> bool {
        let file = finding.location.file.as_ref().or(object.location.file.as_ref());
        let (first, last) = self.lines;
        self.rules.contains(&finding.rule)
            && file == self.location.file.as_ref()
            && finding.location.line.is_some_and(|line| (first..=last).contains(&line))
    }
}

impl Entry {
    fn covers(&self, object: &Object, finding: &Finding, workspace: &Workspace) -> bool {
        let file = finding.location.file.as_ref().or(object.location.file.as_ref());
        let file = file.map(|file| workspace.relative(file));
        let in_files =
            self.files.is_empty() || file.is_some_and(|file| self.files.iter().any(|glob| glob.is_match(&file)));
        let in_objects = self.objects.is_empty() || self.objects.iter().any(|pattern| pattern.matches(object));
        self.rules.contains(&finding.rule) && in_files && in_objects
    }

    fn is_expired(&self, today: NaiveDate) -> bool {
        self.until.is_some_and(|until| today > until)
    }

    fn problem(&self, used: bool, run: &Run<'_>) -> Option<String> {
        let rules = self.rules.join(", ");
        match self.until {
            Some(until) if self.is_expired(run.today) => Some(if used {
                format!(
                    "the entry for {rules} expired after {until}, and what it ignored counts again: fix it, or give the \
                         entry a later day"
                )
            } else {
                format!(
                    "the entry for {rules} expired after {until}, and nothing is left that it would ignore: remove it"
                )
            }),
            _ => unused(&self.rules, used, run, run.complete),
        }
    }
}

/// What to say of an ignore that ignores nothing, where that can be known.
fn unused(rules: &[String], used: bool, run: &Run<'_>, complete: bool) -> Option<String> {
    let was_checked = rules.iter().any(|rule| !run.unchecked.contains(rule));
    (!used && complete && was_checked).then(|| format!("nothing is left to ignore for {}: remove it", rules.join(", ")))
}

fn exempt(finding: &mut Finding, by: ExemptBy, reason: &str) {
    finding.exempt.get_or_insert_with(|| Exemption { by, reason: Some(reason.to_owned()) });
}

/// Rules and reason: the reason follows a dash that stands alone.
fn split_reason(text: &str) -> Option<(&str, &str)> {
    ["-", "--", "\u{2013}", "\u{2014}"]
        .iter()
        .filter_map(|dash| {
            let at = text.find(&format!(" {dash} "))?;
            Some((at, &text[..at], text[at + dash.len() + 2..].trim()))
        })
        .min_by_key(|(at, ..)| *at)
        .map(|(_, rules, reason)| (rules, reason))
        .filter(|(_, reason)| !reason.is_empty())
}

/// An error that names the first of `rules` that doesn't exist.
pub(super) fn unknown_rules(rules: &[String], known: &[&str]) -> Result<(), String> {
    let Some(wrong) = rules.iter().find(|rule| !known.contains(&rule.as_str())) else { return Ok(()) };
    Err(match nearest(wrong, known.iter().copied()) {
        Some(meant) => format!("unknown rule `{wrong}`; did you mean `{meant}`?"),
        None => format!("unknown rule `{wrong}`; `oke-vn explain` lists all of them"),
    })
}
