//! The manifests and messages in the guides. In a page of `docs` that has a marker, each block of YAML has one, on the line
//! before it, and the policy has to answer what the marker says:
//!
//! * `<!-- check: accepted -->`: every object is accepted, without a warning.
//! * `<!-- check: warned fs-group -->`: every object is accepted, and these rules warn.
//! * `<!-- check: denied grpc-probe, init-containers -->`: these rules deny. `; warned <rules>` may follow.
//! * `<!-- check: settings -->`: the block is settings, and they are valid.
//! * `<!-- check: policy -->`: the block is a policy of Kubewarden, and its settings are valid.
//! * `<!-- check: none -->`: the policy is never asked about it.
//! * `<!-- check: message -->` before a block of text: the message of the denial before it.
//!
//! ` with {"platform": "2026-08-28"}` at the end gives settings. Look-ups find all objects of the page.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::{annotation, assert_nothing, create, message, payload, validate_in, yaml};
use serde_json::{Value, json};

/// A block of a page, with the marker before it.
struct Block {
    line: usize,
    language: String,
    marker: Option<String>,
    text: String,
}

/// The blocks of a page, in their order.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut before = "";
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: String =
                lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").fold(String::new(), joined);
            let marker = before.strip_prefix("<!-- check: ").and_then(|rest| rest.strip_suffix(" -->"));
            blocks.push(Block {
                line: number + 1,
                language: language.to_owned(),
                marker: marker.map(str::to_owned),
                text,
            });
        }
        before = line;
    }
    blocks
}

fn joined(mut text: String, line: &str) -> String {
    writeln!(text, "{line}").expect("a string takes everything");
    text
}

/// The objects of a block of YAML.
fn objects(text: &str) -> Vec<Value> {
    text.split("\n---\n").map(yaml).collect()
}

/// The pages with markers: their names and their blocks.
fn pages() -> Vec<(String, Vec<Block>)> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut pages = Vec::new();
    for entry in fs::read_dir(docs).expect("docs") {
        let path = entry.expect("an entry of a directory").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).expect("a page is text");
            let blocks = blocks(&text);
            if blocks.iter().any(|block| block.marker.is_some()) {
                pages.push((path.file_name().expect("a name").to_string_lossy().into_owned(), blocks));
            }
        }
    }
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    pages
}

/// The rules that an answer names in an audit annotation.
fn rules(answers: &[Value], name: &str) -> BTreeSet<String> {
    let named = answers.iter().flat_map(|answer| annotation(answer, name).split(','));
    named.filter(|rule| !rule.is_empty()).map(str::to_owned).collect()
}

/// What the policy answers, in the words of a marker.
fn said(answers: &[Value]) -> String {
    let list = |rules: BTreeSet<String>| rules.into_iter().collect::<Vec<_>>().join(", ");
    let (denied, warned) = (rules(answers, "denied"), rules(answers, "warned"));
    let is_accepted = answers.iter().all(|answer| answer["accepted"] == true);
    match (is_accepted, denied.is_empty(), warned.is_empty()) {
        (true, true, true) => "accepted".to_owned(),
        (true, true, false) => format!("warned {}", list(warned)),
        (false, false, true) => format!("denied {}", list(denied)),
        (false, false, false) => format!("denied {}; warned {}", list(denied), list(warned)),
        _ => answers.iter().map(message).collect(),
    }
}

/// Whether the policy takes the settings: it then judges a Pod with nothing to find.
fn settings_error(settings: &Value) -> Option<String> {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [
        {"name": "web", "image": "web", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}}},
    ]}});
    let answer = validate_in(&[], &payload(&create(&pod), settings));
    (answer["accepted"] != true).then(|| message(&answer).to_owned())
}

/// What is wrong with a page.
fn wrong_in(page: &str, blocks: &[Block]) -> Vec<String> {
    let cluster: Vec<_> =
        blocks.iter().filter(|block| block.language == "yaml").flat_map(|block| objects(&block.text)).collect();
    let mut wrong = Vec::new();
    let mut last = String::new();
    for block in blocks {
        let marker = block.marker.as_deref();
        let (expected, settings) = marker.and_then(|marker| marker.split_once(" with ")).unzip();
        let expected = expected.or(marker);
        let settings: Value = settings.map_or(json!({}), yaml);
        let fault = match (block.language.as_str(), expected) {
            ("yaml", None) => Some("has no marker".to_owned()),
            (_, None | Some("none")) => None,
            ("yaml", Some("settings")) => settings_error(&yaml(&block.text)),
            ("yaml", Some("policy")) => {
                objects(&block.text).iter().find_map(|policy| settings_error(&policy["spec"]["settings"]))
            }
            ("text", Some("message")) => (last != block.text.trim_end()).then(|| format!("the message is:\n{last}")),
            ("yaml", Some(expected)) => {
                let answers: Vec<_> = objects(&block.text)
                    .iter()
                    .map(|object| validate_in(&cluster, &payload(&create(object), &settings)))
                    .collect();
                let denied = answers.iter().find(|answer| answer["accepted"] != true);
                last = denied.map(|answer| message(answer).to_owned()).unwrap_or_default();
                let said = said(&answers);
                (said != expected).then(|| format!("expected {expected}, the policy says {said}"))
            }
            (language, Some(expected)) => Some(format!("nobody knows how to check {language} for {expected}")),
        };
        wrong.extend(fault.map(|fault| format!("docs/{page}:{}: {fault}", block.line)));
    }
    wrong
}

#[test]
fn the_policy_says_of_each_block_what_its_marker_says() {
    let pages = pages();
    assert!(pages.len() >= 6, "the guides are missing");
    let wrong: Vec<_> = pages.iter().flat_map(|(page, blocks)| wrong_in(page, blocks)).collect();
    assert_nothing(&wrong);
}

#[test]
fn a_wrong_marker_is_found() {
    let page = "<!-- check: accepted -->\n```yaml\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\n\
                spec: {template: {spec: {containers: []}}}\n```\n\n```yaml\nkind: Pod\n```\n";
    let wrong = wrong_in("page.md", &blocks(page));
    assert_eq!(
        wrong,
        ["docs/page.md:2: expected accepted, the policy says denied daemonset", "docs/page.md:9: has no marker"]
    );
}
