//! Edits a JSON text in place: changes the named values and nothing else.
//!
//! Values that no edit touches are copied byte for byte, including unknown fields and the spelling of numbers. Only the
//! objects and lists on the path to an edit are decoded.

use std::borrow::Cow;

use super::path::Step;
use super::scan::Scanner;
use super::text::json_text;

/// A change to one value of a JSON text.
pub struct Change<'d> {
    /// The path to the value.
    pub steps: Vec<Step<'d>>,
    /// The JSON text of the new value; `None` removes the value.
    pub value: Option<String>,
}

/// Applies the changes and returns the new text. Creates missing objects on the path to a new value.
///
/// Returns `None` if the text isn't JSON, if a path leads through a value that is neither an object nor a list, or if
/// an index is past the end of a list by more than one.
#[must_use]
pub fn apply(text: &str, changes: &[Change<'_>]) -> Option<String> {
    let mut out = String::with_capacity(text.len().saturating_add(64));
    let changes: Vec<_> = changes.iter().map(|change| (change.steps.as_slice(), change.value.as_deref())).collect();
    value(text, &changes, &mut out)?;
    Some(out)
}

/// Returns the current value of each change as JSON text; `None` where the value doesn't exist. Reads the text once,
/// however many changes there are.
#[must_use]
pub fn old_values<'t>(text: &'t str, changes: &[Change<'_>]) -> Vec<Option<&'t str>> {
    let mut found = vec![None; changes.len()];
    let wanted: Vec<_> = changes.iter().enumerate().map(|(index, change)| (change.steps.as_slice(), index)).collect();
    // An object was read from this text, so it is well-formed.
    let _ = collect(text, &wanted, &mut found);
    found
}

fn collect<'t>(text: &'t str, wanted: &[(&[Step<'_>], usize)], found: &mut [Option<&'t str>]) -> Option<()> {
    for (_, index) in wanted.iter().filter(|(steps, _)| steps.is_empty()) {
        *found.get_mut(*index)? = Some(text);
    }
    let deeper: Vec<_> = wanted.iter().filter_map(|(steps, index)| Some((steps.split_first()?, *index))).collect();
    if deeper.is_empty() {
        return Some(());
    }
    let inner = |step: &Step<'_>| -> Vec<_> {
        let below = deeper.iter().filter(|((first, _), _)| *first == step);
        below.map(|((_, rest), index)| (*rest, *index)).collect()
    };
    match text.as_bytes().first() {
        Some(b'{') => {
            for (key, value) in members(text)? {
                collect(value, &inner(&Step::key(&key)), found)?;
            }
        }
        Some(b'[') => {
            for (index, value) in entries(text)?.into_iter().enumerate() {
                collect(value, &inner(&Step::Index(index)), found)?;
            }
        }
        _ => {}
    }
    Some(())
}

type Rest<'c, 'd> = (&'c [Step<'d>], Option<&'c str>);

/// Appends the value with the changes applied. The caller ensures that no change removes the value itself.
fn value(text: &str, changes: &[Rest<'_, '_>], out: &mut String) -> Option<()> {
    if let Some((_, new)) = changes.iter().rfind(|(steps, _)| steps.is_empty()) {
        out.push_str((*new)?);
        return Some(());
    }
    match (changes.is_empty(), text.as_bytes().first()) {
        (true, _) => out.push_str(text),
        (false, Some(b'[')) => list(text, changes, out)?,
        (false, Some(b'{')) => object(text, changes, out)?,
        (false, Some(b'n')) => match changes.first().and_then(|(steps, _)| steps.first())? {
            Step::Key(_) => object("{}", changes, out)?,
            Step::Index(_) => list("[]", changes, out)?,
        },
        _ => return None,
    }
    Some(())
}

fn list(text: &str, changes: &[Rest<'_, '_>], out: &mut String) -> Option<()> {
    let entries = entries(text)?;
    let mut groups = Groups::new(changes)?;
    out.push('[');
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        value(entry, groups.take(&Step::Index(index)), out)?;
    }
    // A change right after the last entry appends to the list.
    for (index, group) in (entries.len()..).zip(groups.0.iter().filter(|group| !group.is_taken)) {
        if group.step != Step::Index(index) {
            return None;
        }
        if index > 0 {
            out.push(',');
        }
        value("null", &group.changes, out)?;
    }
    out.push(']');
    Some(())
}

fn object(text: &str, changes: &[Rest<'_, '_>], out: &mut String) -> Option<()> {
    let members = members(text)?;
    let mut groups = Groups::new(changes)?;
    let mut is_first = true;
    out.push('{');
    let mut member = |key: &str, text: &str, changes: &[Rest<'_, '_>]| {
        let is_removed = changes.iter().any(|(steps, value)| steps.is_empty() && value.is_none());
        if is_removed {
            return Some(());
        }
        if !std::mem::take(&mut is_first) {
            out.push(',');
        }
        json_text(out, key);
        out.push(':');
        value(text, changes, out)
    };
    for (key, text) in &members {
        member(key, text, groups.take(&Step::key(key)))?;
    }
    for group in groups.0.iter().filter(|group| !group.is_taken) {
        let Step::Key(key) = &group.step else { return None };
        member(key, "null", &group.changes)?;
    }
    out.push('}');
    Some(())
}

/// Changes grouped and sorted by their first step, so that a member's changes are found by binary search.
struct Groups<'c, 'd>(Vec<Group<'c, 'd>>);

struct Group<'c, 'd> {
    step: Step<'d>,
    changes: Vec<Rest<'c, 'd>>,
    is_taken: bool,
}

impl<'c, 'd> Groups<'c, 'd> {
    fn new(changes: &[Rest<'c, 'd>]) -> Option<Self> {
        let mut groups: Vec<Group<'c, 'd>> = Vec::new();
        for (steps, value) in changes {
            let (step, rest) = steps.split_first()?;
            // Findings follow the order of the object, so a new group nearly always belongs at the end.
            match groups.binary_search_by(|group| group.step.cmp(step)) {
                Ok(index) => groups.get_mut(index)?.changes.push((rest, *value)),
                Err(index) => {
                    groups.insert(index, Group { step: step.clone(), changes: vec![(rest, *value)], is_taken: false })
                }
            }
        }
        Some(Groups(groups))
    }

    fn take(&mut self, step: &Step<'_>) -> &[Rest<'c, 'd>] {
        let found = self.0.binary_search_by(|group| group.step.cmp(step)).ok();
        match found.and_then(|index| self.0.get_mut(index)) {
            Some(group) => {
                group.is_taken = true;
                &group.changes
            }
            None => &[],
        }
    }
}

/// Returns the members of an object: names and JSON texts.
fn members(text: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut scanner = Scanner::new(text);
    let mut members = Vec::new();
    scanner.enter();
    while scanner.has_next()? {
        members.push((scanner.key()?, scanner.skip()?));
    }
    Some(members)
}

/// Returns the entries of a list as JSON texts.
fn entries(text: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(text);
    let mut entries = Vec::new();
    scanner.enter();
    while scanner.has_next()? {
        entries.push(scanner.skip()?);
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(steps: &[Step<'static>], value: Option<&'static str>) -> Change<'static> {
        Change { steps: steps.to_vec(), value: value.map(str::to_owned) }
    }

    #[test]
    fn only_the_named_places_change() {
        let text = r#"{"a": 1.50, "b": [{"x":1e3, "y" : {"z":null}}, 2], "\u0063": "\u00e9"}"#;
        let changes = [
            change(&[Step::key("b"), Step::Index(0), Step::key("y"), Step::key("z")], None),
            change(&[Step::key("b"), Step::Index(1)], Some("3")),
            change(&[Step::key("c")], Some("true")),
            change(&[Step::key("new"), Step::key("deep")], Some("\"v\"")),
            change(&[Step::key("new"), Step::key("wide")], Some("0")),
        ];
        assert_eq!(
            apply(text, &changes).unwrap(),
            r#"{"a":1.50,"b":[{"x":1e3,"y":{}},3],"c":true,"new":{"deep":"v","wide":0}}"#
        );
    }

    #[test]
    fn values_are_found_as_they_are_written() {
        let text = r#"{"a": [{"b": 1.50}, null]}"#;
        let changes = [
            change(&[Step::key("a"), Step::Index(0), Step::key("b")], None),
            change(&[Step::key("a"), Step::Index(2)], None),
            change(&[Step::key("x")], None),
            change(&[Step::key("a"), Step::Index(1)], None),
        ];
        assert_eq!(old_values(text, &changes), [Some("1.50"), None, None, Some("null")]);
    }

    #[test]
    fn an_object_grows_where_null_stands() {
        let changes = [change(&[Step::key("a"), Step::key("b")], Some("1"))];
        assert_eq!(apply(r#"{"a":null}"#, &changes).unwrap(), r#"{"a":{"b":1}}"#);
    }

    #[test]
    fn a_list_grows_at_its_end() {
        let steps = |index| [Step::key("a"), Step::Index(index), Step::key("b")];
        assert_eq!(apply(r#"{"a":[{}]}"#, &[change(&steps(1), Some("1"))]).unwrap(), r#"{"a":[{},{"b":1}]}"#);
        assert_eq!(apply("{}", &[change(&steps(0), Some("1"))]).unwrap(), r#"{"a":[{"b":1}]}"#);
    }

    #[test]
    fn a_change_that_leads_nowhere_is_not_made() {
        assert!(apply("[1]", &[change(&[Step::Index(2)], Some("2"))]).is_none());
        assert!(apply("{\"a\":1}", &[change(&[Step::key("a"), Step::key("b")], Some("2"))]).is_none());
        assert!(apply("{", &[change(&[Step::key("a")], None)]).is_none());
    }

    #[test]
    fn removing_twice_or_what_is_not_there_changes_nothing_else() {
        let removal = || change(&[Step::key("a")], None);
        assert_eq!(apply(r#"{"a":1,"b":2}"#, &[removal(), removal()]).unwrap(), r#"{"b":2}"#);
        assert_eq!(apply(r#"{"b":2}"#, &[removal()]).unwrap(), r#"{"b":2}"#);
    }
}
