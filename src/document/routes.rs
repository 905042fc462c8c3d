//! Reads an object whose fields depend on its kind: only the values at its routes.

use super::pattern::{Pattern, PatternStep};
use super::reader::{Datum, Key, Members, Reader, type_of};
use super::shape::Route;

impl Reader<'_> {
    /// Reads a value on the path of the routes into an existing node. Returns `false` for null.
    pub(super) fn along(&mut self, node: u32, routes: &[Route<'_>], depth: u8) -> Option<bool> {
        // If several routes end here, the first one counts, so that no value is read twice.
        if let Some(route) = routes.iter().find(|route| route.pattern == Pattern::ROOT) {
            return self.value(node, route.shape, depth);
        }
        let is_list = !after(routes, |step| step == PatternStep::Entries).is_empty();
        match (self.scanner.peek()?, is_list) {
            (b'n', _) => self.scanner.skip().map(|_| false),
            (b'{', false) => self.members_along(node, routes, depth),
            (b'[', true) => self.entries_along(node, routes, depth),
            _ => {
                let raw = self.scanner.skip()?;
                self.document.wrong(node, if is_list { "a list" } else { "an object" }, type_of(raw));
                Some(true)
            }
        }
    }

    fn entries_along(&mut self, node: u32, routes: &[Route<'_>], depth: u8) -> Option<bool> {
        let routes = after(routes, |step| step == PatternStep::Entries);
        self.document.set(node, Datum::List);
        self.scanner.enter();
        let (mut last, mut index) = (0, 0_u32);
        while self.scanner.has_next()? {
            let child = self.document.push(node, Key::Index(index));
            // Kubernetes decodes a null in a list of objects to an empty object, so the entry keeps its index.
            if !self.along(child, &routes, depth.saturating_add(1))? {
                self.document.set(child, Datum::Object(&[], 0));
            }
            self.document.link(node, last, child);
            last = child;
            index = index.saturating_add(1);
        }
        Some(true)
    }

    fn members_along(&mut self, node: u32, routes: &[Route<'_>], depth: u8) -> Option<bool> {
        self.document.set(node, Datum::Object(&[], 0));
        // A map can have many keys, so they aren't checked for duplicates.
        let is_map = !after(routes, |step| step == PatternStep::Values).is_empty();
        self.scanner.enter();
        let mut members = Members::new(node, true);
        while self.scanner.has_next()? {
            let name = self.scanner.key()?;
            let routes = after(routes, |step| match step {
                PatternStep::Key(key) => key == name,
                PatternStep::Values => true,
                PatternStep::Entries => false,
            });
            if routes.is_empty() {
                self.scanner.skip()?;
                continue;
            }
            let is_again = !is_map && self.document.node(node).children().any(|child| child.name() == name);
            let child = self.document.push(node, Key::Name(name));
            if is_again {
                self.document.repeated(child);
            }
            let is_present = self.along(child, &routes, depth.saturating_add(1))?;
            if !is_again {
                members.add(&mut self.document, child, is_present);
            }
        }
        members.finish(&mut self.document);
        Some(true)
    }
}

/// Returns the rest of each route whose first step `leads` accepts.
fn after<'r>(routes: &[Route<'r>], leads: impl Fn(PatternStep<'_>) -> bool) -> Vec<Route<'r>> {
    let steps = routes.iter().filter_map(|route| {
        let (step, pattern) = route.pattern.split_first()?;
        leads(step).then_some(Route { pattern, ..*route })
    });
    steps.collect()
}
