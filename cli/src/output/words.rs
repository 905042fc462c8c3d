//! Words for people: numbers, lists, places, wrapped lines, and text that is safe to print.

use std::borrow::Cow;
use std::fmt::Write as _;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::model::{Finding, Location, Object, Verdict};

/// The least and the most columns of a report.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=200;

/// The columns of a report where nothing is known of the terminal.
pub const DEFAULT_WIDTH: usize = 100;

/// The columns of a report for a terminal that has so many.
pub fn width(columns: usize) -> usize {
    columns.clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// A number with a comma between its thousands.
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and a noun: `1 object`, `1,436 objects`.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A list as a sentence has it: `a`, `a or b`, `a, b or c`.
pub fn list(items: &[String], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [item] => item.clone(),
        [items @ .., last] => format!("{} {conjunction} {last}", items.join(", ")),
    }
}

/// Text that cannot steer a terminal: control characters, and the ones that turn the direction of text, are escaped.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text of several lines, in one.
pub fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Where something is, for people: `file:line:column`, or the object of a cluster.
pub fn place(object: &Object, location: &Location) -> String {
    let Some(file) = location.file.as_ref().or(object.location.file.as_ref()) else {
        return clean(&cluster_path(object)).into_owned();
    };
    file_place(file, location)
}

/// A place in a file, for people: as much of `file:line:column` as is known.
pub fn file_place(file: &str, location: &Location) -> String {
    let mut out = clean(file).into_owned();
    for part in [location.line, location.column].into_iter().flatten() {
        let _ = write!(out, ":{part}");
    }
    out
}

/// What stands in the place of a file for an object of a cluster: `prod/shop/Deployment/web`.
pub fn cluster_path(object: &Object) -> String {
    let Object { cluster, namespace, kind, name, .. } = object;
    let parts = [cluster.as_deref(), namespace.as_deref(), Some(kind), Some(name)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// The name of a verdict for people.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Denied => "denied",
        Verdict::Warned => "warned",
        Verdict::Clean => "clean",
        Verdict::Exempt => "exempt",
        Verdict::Fixed => "fixed",
        Verdict::StaysOnManagedNodes => "stays on managed nodes",
        Verdict::WithoutPods => "without pods",
        Verdict::NotLookedInto => "not looked into",
        Verdict::NotAsked => "not asked about",
    }
}

/// The field of a finding, with the object that counts with its owner where it was found in one.
pub fn field(finding: &Finding) -> String {
    match &finding.child {
        Some(child) => format!("{} of {child}", finding.path),
        None => finding.path.clone(),
    }
}

/// What is wrong, with the container's name in front where there is one: as the policy words it.
pub fn problem(finding: &Finding) -> String {
    match &finding.container {
        Some(container) => format!("container \"{container}\" {}", finding.problem),
        None => finding.problem.clone(),
    }
}

/// Problem and remedy in one line, as the policy words it.
pub fn message(finding: &Finding) -> String {
    match finding.remedy.as_str() {
        "" => problem(finding),
        remedy => format!("{}; {remedy}", problem(finding)),
    }
}

/// A link that a page may have. One of a report that somebody saved and edited could be anything.
pub fn safe_link(link: Option<&str>) -> Option<&str> {
    link.filter(|link| link.starts_with("https://") && !link.contains([' ', '"', '<', '>', '(', ')']))
}

/// A text in lines of at most `width` columns. The first starts with `first`, the others with `rest`. A word that is
/// longer than a line stands whole: paths stay clickable.
pub fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}
