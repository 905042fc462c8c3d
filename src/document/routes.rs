//! Reads an object whose fields depend on its kind: what its routes lead to, and nothing else.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::pattern::{Pattern, PatternStep};
use super::reader::{AnyKey, Datum, Document, Key, Seed};
use super::shape::Route;

/// Reads one value on the way of the routes into a node that is there already. The result is `false` for null.
pub(super) struct RouteSeed<'s, 'r, 'a> {
    pub(super) document: &'s mut Document<'a>,
    pub(super) node: u32,
    /// The routes from here.
    pub(super) routes: &'r [Route<'r>],
    pub(super) depth: u8,
}

impl<'a> RouteSeed<'_, '_, 'a> {
    fn expectation(&self) -> &'static str {
        let first = self.routes.first().and_then(|route| route.pattern.split_first());
        if matches!(first, Some((PatternStep::Entries, _))) { "a list" } else { "an object" }
    }

    fn wrong(self, found: &'static str) -> bool {
        self.document.wrong(self.node, self.expectation(), found);
        true
    }
}

/// The routes from a child to which `leads` says that a step leads.
fn after<'r>(routes: &[Route<'r>], leads: impl Fn(PatternStep<'_>) -> bool) -> Vec<Route<'r>> {
    let steps = routes.iter().filter_map(|route| {
        let (step, pattern) = route.pattern.split_first()?;
        leads(step).then_some(Route { pattern, ..*route })
    });
    steps.collect()
}

impl<'de> DeserializeSeed<'de> for RouteSeed<'_, '_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        // Several routes that end in one place would read the same value twice; the first one counts.
        match self.routes.iter().find(|route| route.pattern == Pattern::ROOT) {
            Some(Route { shape, .. }) => {
                Seed { document: self.document, node: self.node, shape, depth: self.depth }.deserialize(deserializer)
            }
            None => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for RouteSeed<'_, '_, 'de> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.expectation())
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(self.wrong("a boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(self.wrong("a string"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let routes = after(self.routes, |step| step == PatternStep::Entries);
        if routes.is_empty() {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(self.wrong("a list"));
        }
        let depth = self.depth.saturating_add(1);
        self.document.set(self.node, Datum::List);
        let (mut last, mut index) = (0, 0_u32);
        loop {
            let child = self.document.push(self.node, Key::Index(index));
            let seed = RouteSeed { document: self.document, node: child, routes: &routes, depth };
            let Some(is_present) = list.next_element_seed(seed)? else {
                self.document.pop(child, self.node);
                return Ok(true);
            };
            // Kubernetes decodes a null in a list of objects to an empty object; it must keep its index.
            if !is_present {
                self.document.set(child, Datum::Object(&[], 0));
            }
            self.document.link(self.node, last, child);
            last = child;
            index = index.saturating_add(1);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        if self.expectation() == "a list" {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(self.wrong("an object"));
        }
        let depth = self.depth.saturating_add(1);
        self.document.set(self.node, Datum::Object(&[], 0));
        let is_map = !after(self.routes, |step| step == PatternStep::Values).is_empty();
        let (mut last, mut is_sorted) = (0, true);
        while let Some(name) = map.next_key_seed(AnyKey)? {
            let routes = after(self.routes, |step| match step {
                PatternStep::Key(key) => key == name,
                PatternStep::Values => true,
                PatternStep::Entries => false,
            });
            if routes.is_empty() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            // The keys of a map are data, and may be many.
            let is_again = !is_map && self.document.node(self.node).children().any(|child| child.name() == name);
            let child = self.document.push(self.node, Key::Name(name));
            if is_again {
                self.document.wrong(child, "the field once", "it twice");
            }
            let seed = RouteSeed { document: self.document, node: child, routes: &routes, depth };
            let is_present = map.next_value_seed(seed)?;
            if is_again {
                continue;
            }
            if is_present {
                is_sorted = is_sorted && (last == 0 || self.document.rank(last) <= self.document.rank(child));
                self.document.link(self.node, last, child);
                last = child;
            } else {
                self.document.pop(child, self.node);
            }
        }
        if !is_sorted {
            self.document.sort(self.node);
        }
        Ok(true)
    }
}
