//! The ids of the rules, and the files that are called after them.

use std::collections::BTreeSet;
use std::fs;

use crate::common::policy::RULES;
use crate::common::repository;
use crate::support::ids;

#[test]
fn every_rule_has_a_file_of_its_name() {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(repository("src/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files.insert(name.strip_suffix(".rs").unwrap().replace('_', "-"));
    }
    assert!(files.remove("mod"));
    assert_eq!(ids().collect::<BTreeSet<_>>(), files.iter().map(String::as_str).collect());
    assert_eq!(files.len(), RULES.len(), "an id is there twice");
}

#[test]
fn every_id_is_in_kebab_case() {
    for id in ids() {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(id.split('-').all(is_word), "{id}");
    }
}
