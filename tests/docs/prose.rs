//! The sections of a rule's documentation.

use std::collections::BTreeSet;
use std::fs;

use crate::common::policy::{RULES, prose};
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

#[test]
fn every_section_is_filled_in() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let docs = prose(rule);
        let mut check = |section: &str, is_good: bool, what: &str| {
            if !is_good {
                wrong.push(format!("{}: {section}: {what}", rule.id));
            }
        };
        for (section, text) in [
            ("row", docs.row),
            ("summary", docs.summary),
            ("why", docs.why),
            ("instead", docs.instead),
            ("fails", docs.fails),
            ("fixed", docs.fixed),
        ] {
            check(section, !text.is_empty(), "is empty");
            check(section, text.is_ascii(), "is not ASCII");
        }
        for (section, text) in
            [("row", docs.row), ("summary", docs.summary), ("why", docs.why), ("instead", docs.instead)]
        {
            check(section, text == text.split_whitespace().collect::<Vec<_>>().join(" "), "has stray white space");
            check(section, text.matches('`').count() % 2 == 0, "has an open backtick");
        }
        for (section, text) in [("summary", docs.summary), ("why", docs.why), ("instead", docs.instead)] {
            check(section, text.ends_with('.'), "does not end with a full stop");
        }
        check("summary", docs.summary.starts_with("Finds "), "does not start with \"Finds\"");
        check("summary", sentences(docs.summary) == 1, "is not one sentence");
        check("why", (2..=5).contains(&sentences(docs.why)), "is not two to five sentences");
        check("instead", (1..=3).contains(&sentences(docs.instead)), "is not one to three sentences");
        for parameter in rule.parameters {
            let is_named = docs.why.contains(&format!("`{}`", parameter.name));
            check("why", is_named, &format!("does not speak of the parameter {}", parameter.name));
        }
        for (section, text) in [("fails", docs.fails), ("fixed", docs.fixed)] {
            check(section, text.ends_with('\n') && !text.ends_with("\n\n"), "does not end with one line feed");
            check(section, !text.starts_with('\n'), "starts with an empty line");
            check(section, text.lines().all(|line| line.len() <= 110), "has a line of more than 110 characters");
            check(section, text.lines().all(|line| line == line.trim_end()), "has white space at the end of a line");
            check(section, !text.contains('\t'), "has a tab");
        }
        check("fixed", docs.fixed != docs.fails, "is what fails");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn sentences(text: &str) -> usize {
    text.matches(". ").count() + usize::from(text.ends_with('.'))
}
