//! The pages of the rules and their table.

use std::path::Path;

use oke_virtual_nodes_policy::cluster::{Cluster, LookupError};
use oke_virtual_nodes_policy::lint::lookup::Lookup;
use oke_virtual_nodes_policy::lint::rule::{Fix, ParameterKind, Rule};
use oke_virtual_nodes_policy::rules::RULES;

use crate::pages::{self, Page, Pages};
use crate::text::{escaped, head, row};
use crate::{NOTICE, oracle, read};

/// How far a rule's fix goes, in one word.
#[must_use]
pub fn fix(rule: &Rule) -> &'static str {
    match rule.fix {
        None => "-",
        Some(Fix::Safe) => "safe",
        Some(Fix::Full) => "full",
    }
}

/// The values that a parameter takes, in words.
#[must_use]
pub fn values(kind: ParameterKind) -> String {
    match kind {
        ParameterKind::Names => "a list of strings".to_owned(),
        ParameterKind::Choice(choices) => {
            choices.iter().map(|choice| format!("`\"{choice}\"`")).collect::<Vec<_>>().join(" or ")
        }
        ParameterKind::PortRange => "a range of ports, `\"<first>-<last>\"`".to_owned(),
        ParameterKind::Quantity => "a quantity above zero".to_owned(),
        ParameterKind::Number(first, last) => format!("a whole number from {first} to {last}"),
    }
}

/// The cluster of the examples.
struct OfExamples;

impl Cluster for OfExamples {
    fn ask(&self, _: &str, question: &str) -> Result<Vec<u8>, LookupError> {
        if !question.contains(Lookup::Secret.name()) {
            return Err(LookupError::Failed);
        }
        let secrets = r#"{"items": [
            {"metadata": {"name": "opaque"}, "type": "Opaque"},
            {"metadata": {"name": "registry"}, "type": "kubernetes.io/dockerconfigjson"}
        ]}"#;
        Ok(secrets.as_bytes().to_vec())
    }
}

/// The policy's answer to the request that is generated from the example of a rule.
fn answer(root: &Path, rule: &Rule) -> Result<String, String> {
    let path = format!("test_data/e2e/{}/found.json", rule.id);
    let request = match read(root, &path) {
        Ok(request) => request,
        Err(_) => return Ok(String::new()),
    };
    let lookups: Vec<_> = rule.lookups.iter().map(|kind| kind.name()).collect();
    let settings = serde_json::json!({"lookups": lookups});
    let payload = format!("{{\"request\": {request}, \"settings\": {settings}}}");
    let response = oke_virtual_nodes_policy::validate(&OfExamples, payload.as_bytes());
    let answer = match response.message {
        Some(message) => message,
        None => return Ok(String::new()),
    };
    let verdict = if response.accepted { "The policy warns" } else { "The policy denies it" };
    Ok(format!("{verdict}:\n\n```text\n{}\n```\n\n", answer.trim_end()))
}

/// The page of a rule, with its generated parts made anew.
///
/// # Errors
/// A sentence for people.
pub fn page(root: &Path, rule: &Rule, page: &Page) -> Result<String, String> {
    let mut made = Vec::new();
    let text = pages::with_parts(&page.text, |name| {
        made.push(name.to_owned());
        match name {
            "facts" => Ok(facts(rule)),
            "example" => example(root, rule),
            "parameters" => Ok(parameters(rule)),
            "settings" => Ok(settings(rule)),
            "source" => Ok(source(rule)),
            _ => Err(format!("has no generated part named {name:?}")),
        }
    })?;
    let mut expected = vec!["facts", "example", "parameters", "settings", "source"];
    expected.retain(|name| *name != "parameters" || !rule.parameters.is_empty());
    if made != expected {
        return Err(format!("has the generated parts {made:?}, and should have {expected:?}"));
    }
    Ok(text)
}

/// The rule's rows of Oracle's page, or its fact on another page, its levels and how far its fix goes.
fn facts(rule: &Rule) -> String {
    let quoted: Vec<_> = rule.rows.iter().map(|row| format!("\"{}\"", escaped(row.words()))).collect();
    let mut part = match quoted.as_slice() {
        [] => oracle::fact(rule.id).map_or_else(String::new, |fact| {
            format!("[Another of Oracle's pages](../oracle.md#oracles-other-pages) ({}): {}.\n\n", fact.day, fact.says)
        }),
        [row] => format!("[Oracle's page](../oracle.md) ({}): {row}\n\n", oracle::DAY),
        rows => format!("[Oracle's page](../oracle.md) ({}):\n\n* {}\n\n", oracle::DAY, rows.join("\n* ")),
    };
    part.push_str(&head(&["`strict`", "`tolerant`", "fix"]));
    part.push_str(&row(&[rule.strict.name(), rule.tolerant.name(), fix(rule)]));
    part
}

/// The two examples, and the answer to the first.
fn example(root: &Path, rule: &Rule) -> Result<String, String> {
    let [fails, fixed] = pages::examples(rule.id);
    let (fails, fixed) = (read(root, &fails)?, read(root, &fixed)?);
    let answer = answer(root, rule)?;
    Ok(format!("The rule finds:\n\n```yaml\n{fails}```\n\n{answer}Fixed:\n\n```yaml\n{fixed}```\n"))
}

/// The form of each parameter.
fn parameters(rule: &Rule) -> String {
    let forms = rule.parameters.iter().map(|parameter| row(&[format!("`{}`", parameter.name), values(parameter.kind)]));
    head(&["parameter", "value"]) + &forms.collect::<String>()
}

/// How to set the rule's level, its fix and its look-ups.
fn settings(rule: &Rule) -> String {
    let mut part = String::new();
    for kind in rule.lookups.iter().map(|kind| kind.name()) {
        part.push_str(&format!(
            "The rule needs the [look-up](../settings.md#lookups) of {kind}s, and finds nothing without it:\n\n```yaml\n\
             lookups: [{kind}]\n```\n\nThe [README](../../README.md#look-ups) says which permission it needs, and\n\
             [Troubleshooting](../troubleshooting.md#a-look-up-that-fails) what is missing where a look-up fails.\n\n"
        ));
    }
    part.push_str("```yaml\nrules:\n");
    part.push_str(&format!("  {}: {}  # deny, warn or \"off\"\n```\n", rule.id, other_level(rule)));
    if rule.fix.is_some() {
        part.push_str(&format!(
            "\n`mutate: {}`{} turns the fix on. To turn it on for this rule alone:\n\n```yaml\nrules:\n  {}:\n    mutate: true\n```\n",
            fix(rule),
            if rule.fix == Some(Fix::Safe) { " or `mutate: full`" } else { "" },
            rule.id
        ));
    } else {
        part.push_str("\nThere is no fix: a person has to decide.\n");
    }
    if rule.outside_default_webhook_rules {
        part.push_str(
            "\nThe default webhook rules don't send the policy what this rule looks at. The \
             [README](../../README.md#configmaps-secrets-and-custom-resources) says how to add it.\n",
        );
    }
    part
}

/// Where the rule's code and its cases are.
fn source(rule: &Rule) -> String {
    let code = rule.id.replace('-', "_");
    format!(
        "Source: [src/rules/{code}.rs](../../src/rules/{code}.rs). Cases: \
         [test_data/rules/{0}.yaml](../../test_data/rules/{0}.yaml).\n",
        rule.id
    )
}

/// A level other than that of `strict`, for an example.
fn other_level(rule: &Rule) -> &'static str {
    match rule.strict.name() {
        "deny" => "warn",
        _ => "deny",
    }
}

/// The table of the rules.
#[must_use]
pub fn table(pages: &Pages) -> String {
    let mut table = format!(
        "<!-- {NOTICE} -->\n\n# Rules\n\nThe columns `strict` and `tolerant` have the level of the rule in each \
         profile. `fix` is the value of the setting `mutate`\nthat turns the rule's fix on. [Settings](settings.md) says \
         how to change a level, and [Oracle's page, row by row](oracle.md)\nsays which rows a rule stands for.\n\n"
    );
    table.push_str(&head(&["rule", "finds", "`strict`", "`tolerant`", "fix"]));
    for rule in RULES {
        let summary = &pages.of(rule).summary;
        let summary = summary.strip_prefix("Finds ").unwrap_or(summary);
        table.push_str(&row(&[
            &format!("[`{0}`](rules/{0}.md)", rule.id),
            summary.trim_end_matches('.'),
            rule.strict.name(),
            rule.tolerant.name(),
            fix(rule),
        ]));
    }
    table.push_str(&format!(
        "\n{} rules; Oracle's page has {} rows, of which {} are for rules. {} rules are from Oracle's other pages.\n",
        RULES.len(),
        oracle::rows().count(),
        oracle::rows().filter(|entry| entry.row.is_some()).count(),
        oracle::FACTS.len()
    ));
    table
}

/// The table by which the command line embeds the pages.
#[must_use]
pub fn embedded() -> String {
    let mut table = format!(
        "//! The pages of the rules, in the order of the rules.\n//!\n//! {NOTICE}\n\n/// Each rule's id and its page, in Markdown.\n\
         pub static PAGES: &[(&str, &str)] = &[\n"
    );
    for rule in RULES {
        table.push_str(&format!("    (\"{0}\", include_str!(\"../../{1}\")),\n", rule.id, pages::path(rule.id)));
    }
    table.push_str("];\n");
    table
}
