//! Patterns: paths with wildcards, such as `spec.workerGroupSpecs[*].template`.

use super::node::{Json, Node};
use super::path::Step;

/// A path from a document's root to any number of values: plain keys separated by dots, `[*]` for every entry of a list
/// and `.*` for every value of a map. The empty pattern selects the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'p>(&'p str);

/// A step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternStep<'p> {
    /// The value of a key.
    Key(&'p str),
    /// Every entry of a list.
    Entries,
    /// Every value of a map.
    Values,
}

impl<'p> Pattern<'p> {
    /// The root of a document.
    pub const ROOT: Pattern<'static> = Pattern("");

    /// Creates a pattern from text that is known to be well-formed; see [`Pattern::parse`] for other text.
    #[must_use]
    pub const fn new(text: &'p str) -> Self {
        Pattern(text)
    }

    /// Parses a pattern; `None` if it is empty or malformed.
    #[must_use]
    pub fn parse(text: &'p str) -> Option<Self> {
        let is_plain = |key: &str| {
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        let is_step = |part: &str| {
            let key = part.strip_suffix("[*]").unwrap_or(part);
            is_plain(key) || part == "*"
        };
        (is_plain(text.split(['.', '[']).next()?) && text.split('.').all(is_step)).then_some(Pattern(text))
    }

    /// The pattern as text.
    #[must_use]
    pub const fn text(self) -> &'p str {
        self.0
    }

    /// Splits off the first step; `None` for the root pattern.
    #[must_use]
    pub fn split_first(self) -> Option<(PatternStep<'p>, Pattern<'p>)> {
        if let Some(rest) = self.0.strip_prefix("[*]") {
            return Some((PatternStep::Entries, Pattern(rest.strip_prefix('.').unwrap_or(rest))));
        }
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.bytes().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(self.0.len());
        let (key, rest) = self.0.split_at_checked(end)?;
        let step = if key == "*" { PatternStep::Values } else { PatternStep::Key(key) };
        Some((step, Pattern(rest.strip_prefix('.').unwrap_or(rest))))
    }

    /// Returns true if the steps lead to a value that matches the pattern, or below one.
    #[must_use]
    pub fn is_prefix_of(self, steps: &[Step<'_>]) -> bool {
        let (mut rest, mut steps) = (self, steps.iter());
        while let Some((step, after)) = rest.split_first() {
            let fits = match (step, steps.next()) {
                (PatternStep::Key(key), Some(Step::Key(own))) => key == own,
                (PatternStep::Entries, Some(Step::Index(_))) | (PatternStep::Values, Some(Step::Key(_))) => true,
                _ => false,
            };
            if !fits {
                return false;
            }
            rest = after;
        }
        true
    }

    /// Selects the values that match the pattern below `root`, in order: list entries by index, map values by key.
    #[must_use]
    pub fn select(self, root: Node<'_>) -> Vec<Node<'_>> {
        let mut nodes = vec![root];
        let mut rest = self;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            nodes = nodes.into_iter().flat_map(|node| step.children(node)).collect();
        }
        nodes
    }
}

impl PatternStep<'_> {
    /// Selects the children of a node that match the step.
    fn children(self, node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
        let is_list = matches!(node.json(), Json::List(_));
        node.children().filter(move |child| match self {
            PatternStep::Key(key) => child.name() == key,
            PatternStep::Entries => is_list,
            PatternStep::Values => !is_list,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_parsed_step_by_step() {
        let pattern = Pattern::parse("spec.groups[*].pods.*.template").unwrap();
        let mut steps = Vec::new();
        let mut rest = pattern;
        while let Some((step, after)) = rest.split_first() {
            steps.push(step);
            rest = after;
        }
        let keys = |key| PatternStep::Key(key);
        assert_eq!(
            steps,
            [keys("spec"), keys("groups"), PatternStep::Entries, keys("pods"), PatternStep::Values, keys("template")]
        );
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for text in [
            "",
            ".",
            "spec.",
            ".spec",
            "spec..template",
            "[*]",
            "*",
            "*.x",
            "spec[*",
            "spec[0]",
            "spec[*][*]",
            "a b",
            "spec.$x",
        ] {
            assert_eq!(Pattern::parse(text), None, "{text:?}");
        }
        for text in ["spec", "spec.template", "spec.pods[*]", "spec.sets.*", "spec.sets.*.template", "a-b.c_d"] {
            assert!(Pattern::parse(text).is_some(), "{text:?}");
        }
    }
}
