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
    Editor { changes, out: &mut out }.value(text, &all(changes))?;
    Some(out)
}

/// Returns the current value of each change as JSON text; `None` where the value doesn't exist. Reads the text once,
/// however many changes there are.
#[must_use]
pub fn old_values<'t>(text: &'t str, changes: &[Change<'_>]) -> Vec<Option<&'t str>> {
    let mut found = vec![None; changes.len()];
    // An object was read from this text, so it is well-formed.
    let _ = collect(text, &all(changes), &mut found);
    found
}

/// The rest of the path of a change, below the current value, and the index of the change.
type Rest<'c, 'd> = (&'c [Step<'d>], usize);

fn all<'c, 'd>(changes: &'c [Change<'d>]) -> Vec<Rest<'c, 'd>> {
    changes.iter().enumerate().map(|(index, change)| (change.steps.as_slice(), index)).collect()
}

fn collect<'t>(text: &'t str, wanted: &[Rest<'_, '_>], found: &mut [Option<&'t str>]) -> Option<()> {
    let is_here = |rest: &&Rest<'_, '_>| rest.0.is_empty();
    for (_, index) in wanted.iter().filter(is_here) {
        *found.get_mut(*index)? = Some(text);
    }
    let deeper: Vec<_> = wanted.iter().filter(|rest| !is_here(rest)).copied().collect();
    match (deeper.is_empty(), text.as_bytes().first()) {
        (false, Some(b'{')) => {
            let mut groups = Groups::new(&deeper)?;
            for (key, value) in members(text)? {
                collect(value, groups.take(&key), found)?;
            }
        }
        (false, Some(b'[')) => {
            let entries = entries(text)?;
            let groups = by_entry(&deeper, entries.len())?;
            for (value, group) in entries.into_iter().zip(groups) {
                collect(value, &group, found)?;
            }
        }
        _ => {}
    }
    Some(())
}

/// Writes a text with changes.
struct Editor<'e, 'c, 'd> {
    changes: &'c [Change<'d>],
    out: &'e mut String,
}

impl Editor<'_, '_, '_> {
    /// Appends the value with the changes applied. The caller ensures that no change removes the value itself.
    fn value(&mut self, text: &str, wanted: &[Rest<'_, '_>]) -> Option<()> {
        if let Some((_, index)) = wanted.iter().rfind(|(steps, _)| steps.is_empty()) {
            self.out.push_str(self.changes.get(*index)?.value.as_deref()?);
            return Some(());
        }
        match (wanted.first(), text.as_bytes().first()) {
            (None, _) => self.out.push_str(text),
            (_, Some(b'[')) => self.list(text, wanted)?,
            (_, Some(b'{')) => self.object(text, wanted)?,
            (Some((steps, _)), Some(b'n')) => match steps.first()? {
                Step::Key(_) => self.object("{}", wanted)?,
                Step::Index(_) => self.list("[]", wanted)?,
            },
            _ => return None,
        }
        Some(())
    }

    fn list(&mut self, text: &str, wanted: &[Rest<'_, '_>]) -> Option<()> {
        let entries = entries(text)?;
        self.out.push('[');
        for (index, group) in by_entry(wanted, entries.len())?.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            match entries.get(index) {
                Some(entry) => self.value(entry, group)?,
                // A change right after the last entry appends to the list.
                None if !group.is_empty() => self.value("null", group)?,
                None => return None,
            }
        }
        self.out.push(']');
        Some(())
    }

    fn object(&mut self, text: &str, wanted: &[Rest<'_, '_>]) -> Option<()> {
        let members = members(text)?;
        let mut groups = Groups::new(wanted)?;
        self.out.push('{');
        let start = self.out.len();
        for (key, text) in &members {
            self.member(start, key, text, groups.take(key))?;
        }
        for group in groups.0.iter().filter(|group| !group.is_taken) {
            self.member(start, group.key, "null", &group.wanted)?;
        }
        self.out.push('}');
        Some(())
    }

    fn member(&mut self, start: usize, key: &str, text: &str, wanted: &[Rest<'_, '_>]) -> Option<()> {
        let is_removal = |index: usize| self.changes.get(index).is_none_or(|change| change.value.is_none());
        if wanted.iter().any(|(steps, index)| steps.is_empty() && is_removal(*index)) {
            return Some(());
        }
        if self.out.len() > start {
            self.out.push(',');
        }
        json_text(self.out, key);
        self.out.push(':');
        self.value(text, wanted)
    }
}

/// Groups changes by the entry of a list. `None` if a change isn't about an entry, or about one far past the end.
fn by_entry<'c, 'd>(wanted: &[Rest<'c, 'd>], count: usize) -> Option<Vec<Vec<Rest<'c, 'd>>>> {
    let mut groups = Vec::new();
    groups.resize_with(count, Vec::new);
    for (steps, index) in wanted {
        let (Step::Index(entry), rest) = steps.split_first()? else { return None };
        if *entry >= groups.len() {
            let limit = count.saturating_add(wanted.len());
            groups.resize_with(entry.checked_add(1).filter(|count| *count <= limit)?, Vec::new);
        }
        groups.get_mut(*entry)?.push((rest, *index));
    }
    Some(groups)
}

/// Changes grouped and sorted by the member of an object, so that a member's changes are found by binary search.
struct Groups<'c, 'd>(Vec<Group<'c, 'd>>);

struct Group<'c, 'd> {
    key: &'c str,
    wanted: Vec<Rest<'c, 'd>>,
    is_taken: bool,
}

impl<'c, 'd> Groups<'c, 'd> {
    fn new(wanted: &[Rest<'c, 'd>]) -> Option<Self> {
        let mut groups: Vec<Group<'c, 'd>> = Vec::new();
        for (steps, index) in wanted {
            let (Step::Key(key), rest) = steps.split_first()? else { return None };
            // Only maps have many members, and their findings are in order: a new group belongs at the end.
            let found = match groups.last() {
                Some(last) if *last.key < **key => Err(groups.len()),
                _ => groups.binary_search_by(|group| group.key.cmp(key)),
            };
            match found {
                Ok(at) => groups.get_mut(at)?.wanted.push((rest, *index)),
                Err(at) => groups.insert(at, Group { key, wanted: vec![(rest, *index)], is_taken: false }),
            }
        }
        Some(Groups(groups))
    }

    fn take(&mut self, key: &str) -> &[Rest<'c, 'd>] {
        let found = self.0.binary_search_by(|group| group.key.cmp(key)).ok();
        match found.and_then(|index| self.0.get_mut(index)) {
            Some(group) => {
                group.is_taken = true;
                &group.wanted
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
