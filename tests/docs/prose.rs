//! The ids of the rules, and the files that are called after them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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

/// The pages that people read: the READMEs, the guides and the pages of the rules.
fn documents() -> Vec<(String, String)> {
    let mut paths: Vec<_> = [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "deploy/README.md",
        "charts/oke-virtual-nodes-policy/README.md",
        "catalog/oke-virtual-nodes-policy/README.md",
    ]
    .map(repository)
    .into();
    for directory in ["docs", "docs/rules"] {
        let entries = fs::read_dir(repository(directory)).unwrap().map(|entry| entry.unwrap().path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    paths.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

/// The paragraphs of a document, each as one line. Blocks of code are left out.
fn paragraphs(text: &str) -> Vec<String> {
    let prose = text.split("```").step_by(2).collect::<Vec<_>>().join("\n\n");
    prose.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn links_lead_to_files_that_are_there() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        let folder = Path::new(&path).parent().expect("a folder");
        for paragraph in paragraphs(&text) {
            let targets = paragraph.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
            for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
                if !folder.join(target).exists() {
                    wrong.push(format!("{path}: {target}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_sentence_stands_twice_in_a_row() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        for paragraph in paragraphs(&text) {
            let sentences: Vec<_> =
                paragraph.split_inclusive(". ").map(|part| part.trim_end_matches(['.', ' '])).collect();
            let twice = sentences.windows(2).find(|pair| pair[0] == pair[1] && !pair[0].is_empty());
            wrong.extend(twice.map(|pair| format!("{path}: {}", pair[0])));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Oracle changes the page, so that a reader has to know which version is meant.
#[test]
fn a_page_that_names_oracles_page_says_its_date() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        let prose = paragraphs(&text).join(" ");
        let names = ["Oracle's page lists", "Oracle's page says that", "Oracle's page allows", "comparison page"];
        if names.iter().any(|name| prose.contains(name)) && !prose.contains("2024-10-28") {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
