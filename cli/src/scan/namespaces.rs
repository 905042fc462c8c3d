//! Which namespaces are looked into.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::output::words::{list, plural};

/// The namespaces of Kubernetes itself and of Kubewarden, by itself and as part of Rancher. Kubewarden's own webhooks leave
/// out the last two.
const LEFT_OUT: [&str; 3] = ["kube-system", "kubewarden", "cattle-kubewarden-system"];

/// The choice of namespaces.
#[derive(Debug)]
pub struct Namespaces {
    /// Those that were named; empty for all.
    pub named: Vec<String>,
    excluded: GlobSet,
}

impl Namespaces {
    /// Takes `named`, or all if there is none, without those that match a pattern of `excluded`.
    ///
    /// # Errors
    /// If a pattern isn't one.
    pub fn new(named: &[String], excluded: &[String]) -> Result<Self> {
        let mut globs = GlobSetBuilder::new();
        for pattern in excluded {
            let glob = GlobBuilder::new(pattern).build();
            globs.add(glob.with_context(|| format!("`{pattern}` is no pattern for --exclude-namespace"))?);
        }
        let mut named = named.to_vec();
        named.sort();
        named.dedup();
        Ok(Self { named, excluded: globs.build()? })
    }

    /// Whether a namespace is looked into.
    pub fn has(&self, name: &str) -> bool {
        let is_named =
            if self.named.is_empty() { !LEFT_OUT.contains(&name) } else { self.named.iter().any(|one| one == name) };
        is_named && !self.excluded.is_match(name)
    }

    /// What is said of the objects that were left out, by namespace.
    pub fn note(&self, left_out: &BTreeMap<String, usize>) -> Option<String> {
        let by_default: Vec<&String> = left_out.keys().filter(|name| !self.excluded.is_match(name)).collect();
        let count: usize = by_default.iter().filter_map(|name| left_out.get(*name)).sum();
        let names: Vec<String> = by_default.iter().map(|name| format!("`{name}`")).collect();
        (count > 0).then(|| {
            let be = if count == 1 { "is" } else { "are" };
            format!(
                "{} in {} {be} left out: a namespace of the system is only looked into if --namespace names it.",
                plural(count, "object"),
                list(&names, "and"),
            )
        })
    }

    /// What is said of the objects that match --exclude-namespace.
    pub fn excluded_note(&self, left_out: &BTreeMap<String, usize>) -> Option<String> {
        let excluded: Vec<&usize> =
            left_out.iter().filter(|(name, _)| self.excluded.is_match(name)).map(|(_, count)| count).collect();
        let count: usize = excluded.iter().copied().sum();
        (count > 0).then(|| {
            let be = if count == 1 { "is" } else { "are" };
            let namespaces = plural(excluded.len(), "namespace");
            format!("{} in {namespaces} {be} left out by --exclude-namespace.", plural(count, "object"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn namespaces_of_the_system_are_left_out_unless_named() {
        let all = Namespaces::new(&[], &names(&["test-*", "dev"])).unwrap();
        for (name, expected) in [
            ("shop", true),
            ("kube-system", false),
            ("kubewarden", false),
            ("test-1", false),
            ("dev", false),
            ("dev-1", true),
        ] {
            assert_eq!(all.has(name), expected, "{name}");
        }
        let named = Namespaces::new(&names(&["kube-system"]), &[]).unwrap();
        assert!(named.has("kube-system") && !named.has("shop"));
        assert!(Namespaces::new(&[], &names(&["[a"])).is_err());
    }

    #[test]
    fn what_is_left_out_is_said() {
        let all = Namespaces::new(&[], &names(&["dev"])).unwrap();
        let left_out =
            BTreeMap::from([("kube-system".to_owned(), 2), ("kubewarden".to_owned(), 1), ("dev".to_owned(), 4)]);
        assert_eq!(
            all.note(&left_out).unwrap(),
            "3 objects in `kube-system` and `kubewarden` are left out: a namespace of the system is only looked into if \
             --namespace names it."
        );
        assert_eq!(
            all.excluded_note(&left_out).unwrap(),
            "4 objects in 1 namespace are left out by --exclude-namespace."
        );
        assert_eq!(all.note(&BTreeMap::new()), None);
    }
}
