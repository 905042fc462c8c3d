//! The pages of the rules: the form of their prose and of their examples, and the parts that are generated.

use std::fs;
use std::path::{Path, PathBuf};

use oke_virtual_nodes_policy::lint::rule::Rule;
use oke_virtual_nodes_policy::rules::RULES;
use xtask::pages::{Page, Pages, examples, section, with_parts};

/// The most words of a sentence.
const MAX_WORDS: usize = 40;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent").to_owned()
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).expect("a rule")
}

/// A page with this under the title, in the form that [`Page::parse`] asks for.
fn page(rule: &Rule, body: &str) -> Result<Page, String> {
    Page::parse(rule, format!("# {}\n\n{body}", rule.id))
}

/// The sentences of a text, each as its words.
fn sentences(text: &str) -> Vec<Vec<String>> {
    let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
    words.split_inclusive(|word| word.ends_with('.')).map(<[String]>::to_vec).collect()
}

#[test]
fn every_section_is_filled_in() {
    let pages = Pages::read(&root()).unwrap();
    let mut wrong = Vec::new();
    for rule in RULES {
        let page = pages.of(rule);
        let mut check = |section: &str, is_good: bool, what: &str| {
            if !is_good {
                wrong.push(format!("{}: {section}: {what}", rule.id));
            }
        };
        let (why, instead) = (section(&page.text, "Why"), section(&page.text, "What to do instead"));
        let texts = [("summary", &page.summary), ("why", &why), ("instead", &instead)];
        let parameters = page.parameters.iter().map(|(name, text)| (name.as_str(), text));
        for (section, text) in texts.into_iter().chain(parameters) {
            check(section, text.is_ascii(), "is not ASCII");
            check(section, text.matches('`').count() % 2 == 0, "has an open backtick");
            check(section, text.ends_with('.'), "does not end with a full stop");
        }
        check("summary", page.summary.starts_with("Finds "), "does not start with \"Finds\"");
        check("summary", sentences(&page.summary).len() == 1, "is not one sentence");
        check("why", (2..=10).contains(&sentences(&why).len()), "is not two to ten sentences");
        check("instead", (1..=5).contains(&sentences(&instead).len()), "is not one to five sentences");
        for text in [&page.summary, &why, &instead] {
            for words in sentences(text).iter().filter(|words| words.len() > MAX_WORDS) {
                check("prose", false, &format!("has a sentence of {} words: {}", words.len(), words.join(" ")));
            }
        }
        for parameter in rule.parameters {
            let is_named = why.contains(&format!("`{}`", parameter.name));
            check("why", is_named, &format!("does not speak of the parameter {}", parameter.name));
        }
        // Only answers of the policy, tables and addresses, which cannot be broken, may make a line long.
        for line in why.lines().chain(instead.lines()) {
            let is_long = line.chars().count() > 110 && !line.contains("](https://");
            check("prose", !is_long, "has a line of more than 110 characters");
            check("prose", line == line.trim_end(), "has white space at the end of a line");
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The comment at the head of a rule's file says what its page says.
#[test]
fn the_file_of_a_rule_begins_with_the_summary_of_its_page() {
    let pages = Pages::read(&root()).unwrap();
    for rule in RULES {
        let path = format!("src/rules/{}.rs", rule.id.replace('-', "_"));
        let code = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let lines = code.lines().map_while(|line| line.strip_prefix("//! "));
        let said = lines.collect::<Vec<_>>().join(" ");
        let summary = pages.of(rule).summary.replacen("Finds ", "finds ", 1);
        assert_eq!(said, format!("`{}`: {summary}", rule.id), "{path}");
    }
}

#[test]
fn every_rule_has_two_examples() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let [fails, fixed] = examples(rule.id).map(|path| fs::read_to_string(root().join(path)).unwrap_or_default());
        let mut check = |is_good: bool, what: &str| {
            if !is_good {
                wrong.push(format!("{}: {what}", rule.id));
            }
        };
        for text in [&fails, &fixed] {
            check(text.is_ascii(), "is not ASCII");
            check(
                yaml_serde::from_str::<serde_json::Value>(text).is_ok_and(|value| value.is_object()),
                "isn't an object",
            );
            check(text.ends_with('\n') && !text.ends_with("\n\n"), "does not end with one line feed");
            check(!text.starts_with('\n'), "starts with an empty line");
            check(text.lines().all(|line| line.len() <= 110), "has a line of more than 110 characters");
            check(text.lines().all(|line| line == line.trim_end()), "has white space at the end of a line");
            check(!text.contains('\t'), "has a tab");
        }
        check(fails != fixed, "the two are the same");
        let folder = fs::read_dir(root().join(format!("docs/rules/examples/{}", rule.id)));
        check(folder.is_ok_and(|entries| entries.count() == 2), "other files are in the folder");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_page_that_lacks_something_is_an_error() {
    let rule = rule("emptydir-medium");
    let headings = |list: &[&str]| list.iter().map(|heading| format!("## {heading}\n\n")).collect::<String>();
    let all = ["Why", "What to do instead", "Example", "Parameters", "Settings"];
    let with = |parameters: &str| {
        let body = format!("Finds\nx.\n\n{}", headings(&all));
        page(rule, &body.replace("## Parameters\n\n", &format!("## Parameters\n\n{parameters}\n\n")))
    };
    let read =
        with("* `medium`: A text\n  of two lines.\n\n<!-- generated: parameters -->\n* `x`: y\n<!-- end -->").unwrap();
    assert_eq!((read.summary.as_str(), read.parameter("medium")), ("Finds x.", "A text of two lines."));
    for parameters in ["", "* `media`: A text.", "* `medium`: A text.\n* `more`: A text."] {
        assert!(with(parameters).unwrap_err().contains("parameters"), "{parameters}");
    }
    let mut wrong = all;
    wrong.swap(0, 1);
    for headings in [headings(&wrong), headings(&all[1..]), String::new()] {
        assert!(page(rule, &format!("Finds x.\n\n{headings}")).unwrap_err().contains("headings"), "{headings}");
    }
    assert!(Page::parse(rule, "Finds x.\n".to_owned()).unwrap_err().contains("title"));
}

#[test]
fn generated_parts_are_made_between_their_markers_alone() {
    let with = |text: &str| {
        with_parts(text, |name| if name == "x" { Ok("new\n".to_owned()) } else { Err(format!("no {name}")) })
    };
    let text = "a\n<!-- generated: x -->\nold\n\n<!-- end -->\nb\n<!-- a comment -->\n";
    let made = "a\n<!-- generated: x -->\nnew\n<!-- end -->\nb\n<!-- a comment -->\n";
    assert_eq!(with(text).unwrap(), made);
    assert_eq!(with(made).unwrap(), made);
    for wrong in [
        "<!-- generated: y -->\n<!-- end -->\n",
        "<!-- generated: x -->\n",
        "<!-- end -->\n",
        "<!-- generated: x -->\n<!-- generated: x -->\n<!-- end -->\n",
    ] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
}
