//! The pages of the rules and their table.

use std::path::Path;

use oke_virtual_nodes_policy::lookups::{Cluster, Lookup, Unanswered};
use oke_virtual_nodes_policy::policy;
use oke_virtual_nodes_policy::rule::{Fix, ParameterKind, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::text::{head, row, wrapped};
use crate::{NOTICE, metadata, oracle, read};

/// How far a rule's fix goes, in one word.
#[must_use]
pub fn fix(rule: &Rule) -> &'static str {
    match rule.fix {
        None => "-",
        Some(Fix::Safe) => "safe",
        Some(Fix::Full) => "full",
    }
}

/// Which values a parameter takes, in words.
#[must_use]
pub fn values(kind: ParameterKind) -> String {
    match kind {
        ParameterKind::Names => "a list of strings".to_owned(),
        ParameterKind::Choice(choices) => {
            choices.iter().map(|choice| format!("`\"{choice}\"`")).collect::<Vec<_>>().join(" or ")
        }
        ParameterKind::PortRange => "a range of ports, `\"<first>-<last>\"`".to_owned(),
        ParameterKind::Quantity => "a quantity above zero".to_owned(),
    }
}

/// The rules that find nothing unless the setting `lookups` names a kind.
pub const LOOKED_UP: &[(&str, Lookup)] = &[("image-pull-secret-type", Lookup::Secret)];

/// The kind that has to be looked up for a rule.
fn looked_up(rule: &Rule) -> Option<&'static str> {
    LOOKED_UP.iter().find(|(id, _)| *id == rule.id).map(|(_, kind)| kind.name())
}

/// What there is in the cluster of the examples, as they say.
struct OfExamples;

impl Cluster for OfExamples {
    fn ask(&self, _: &str, question: &str) -> Result<Vec<u8>, Unanswered> {
        if !question.contains(Lookup::Secret.name()) {
            return Err(Unanswered::Failed);
        }
        let secrets = r#"{"items": [
            {"metadata": {"name": "opaque"}, "type": "Opaque"},
            {"metadata": {"name": "registry"}, "type": "kubernetes.io/dockerconfigjson"}
        ]}"#;
        Ok(secrets.as_bytes().to_vec())
    }
}

/// What the policy answers to the request that is made from the example of a rule.
fn answer(root: &Path, rule: &Rule) -> Result<String, String> {
    let path = format!("test_data/e2e/{}/found.json", rule.id);
    let request = match read(root, &path) {
        Ok(request) => request,
        Err(_) => return Ok(String::new()),
    };
    let settings = looked_up(rule).map_or("{}".to_owned(), |kind| format!("{{\"lookups\": [\"{kind}\"]}}"));
    let payload = format!("{{\"request\": {request}, \"settings\": {settings}}}");
    let response = policy::validate_in(&OfExamples, payload.as_bytes());
    let answer = match response.message {
        Some(message) => message,
        None => return Ok(String::new()),
    };
    let verdict = if response.accepted { "The answer, as a warning" } else { "The answer" };
    Ok(format!("{verdict}:\n\n```text\n{}\n```\n\n", answer.trim_end()))
}

/// The page of a rule.
///
/// # Errors
/// A sentence for people.
pub fn page(root: &Path, rule: &Rule) -> Result<String, String> {
    let docs = &rule.docs;
    let mut page = format!("<!-- {NOTICE} -->\n\n# {}\n\n", rule.id);
    page.push_str(&wrapped(docs.summary, ""));
    page.push_str(&format!("\nOracle's page: \"{}\" ([all rows](../oracle.md))\n\n", docs.row));
    page.push_str(&head(&["`strict`", "`tolerant`", "fix"]));
    page.push_str(&row(&[rule.strict.name(), rule.tolerant.name(), fix(rule)]));
    page.push_str("\n## Why\n\n");
    page.push_str(&wrapped(docs.why, ""));
    page.push_str("\n## What to do instead\n\n");
    page.push_str(&wrapped(docs.instead, ""));
    page.push_str("\n## Example\n\nFound:\n\n```yaml\n");
    page.push_str(docs.fails);
    page.push_str("```\n\n");
    page.push_str(&answer(root, rule)?);
    page.push_str("Mended, nothing is found:\n\n```yaml\n");
    page.push_str(docs.mended);
    page.push_str("```\n\n## Settings\n\n");
    if let Some(kind) = looked_up(rule) {
        page.push_str(&format!(
            "Without the look-up of {kind}s ([settings](../settings.md#lookups)) nothing is found:\n\n```yaml\n\
             lookups: [{kind}]\n```\n\nThe [README](../../README.md#look-ups) says which permission it takes.\n\n"
        ));
    }
    page.push_str("```yaml\nrules:\n");
    page.push_str(&format!("  {}: {}  # deny, warn or \"off\"\n```\n", rule.id, other_level(rule)));
    if rule.fix.is_some() {
        page.push_str(&format!(
            "\nThe fix is on with `mutate: {}`{}, or for this rule alone:\n\n```yaml\nrules:\n  {}:\n    mutate: true\n```\n",
            fix(rule),
            if rule.fix == Some(Fix::Safe) { " or `mutate: full`" } else { "" },
            rule.id
        ));
    } else {
        page.push_str("\nThere is no fix: a person must decide.\n");
    }
    if !rule.parameters.is_empty() {
        page.push('\n');
        page.push_str(&head(&["parameter", "value", "meaning"]));
        for parameter in rule.parameters {
            page.push_str(&row(&[format!("`{}`", parameter.name), values(parameter.kind), parameter.about.to_owned()]));
        }
    }
    if metadata::LEFT_OUT.contains(&rule.id) {
        page.push_str(
            "\nThe rules that come with the policy do not ask about what this rule looks at; the README says how to \
             add it.\n",
        );
    }
    let code = rule.id.replace('-', "_");
    page.push_str(&format!(
        "\nSource: [src/rules/{code}.rs](../../src/rules/{code}.rs). Cases: \
         [test_data/rules/{0}.yaml](../../test_data/rules/{0}.yaml).\n",
        rule.id
    ));
    Ok(page)
}

/// A level that is neither of the defaults, for an example.
fn other_level(rule: &Rule) -> &'static str {
    match rule.strict.name() {
        "deny" => "warn",
        _ => "deny",
    }
}

/// The table of the rules.
#[must_use]
pub fn table() -> String {
    let mut table = format!(
        "<!-- {NOTICE} -->\n\n# Rules\n\nIn the order in which they are declared. `strict` and `tolerant` are the \
         profiles, each with the level of the rule;\n`fix` says with which value of the setting `mutate` a finding \
         is mended. [Oracle's page, row by row](oracle.md) says\nwhich row of it each rule stands for, and \
         [settings](settings.md) how to change a level.\n\n"
    );
    table.push_str(&head(&["rule", "finds", "`strict`", "`tolerant`", "fix"]));
    for rule in RULES {
        let summary = rule.docs.summary.strip_prefix("Finds ").unwrap_or(rule.docs.summary);
        table.push_str(&row(&[
            &format!("[`{0}`](rules/{0}.md)", rule.id),
            summary.trim_end_matches('.'),
            rule.strict.name(),
            rule.tolerant.name(),
            fix(rule),
        ]));
    }
    table.push_str(&format!(
        "\n{} rules; Oracle's page has {} rows, of which {} are for rules.\n",
        RULES.len(),
        oracle::rows().count(),
        oracle::rows().filter(|row| !row.rules.is_empty()).count()
    ));
    table
}
