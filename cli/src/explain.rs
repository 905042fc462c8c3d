//! What the rules say of themselves: the documentation is part of the policy's source, and of no module.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use anyhow::{Result, anyhow};
use oke_virtual_nodes_policy::exempt;
use oke_virtual_nodes_policy::placement;
use oke_virtual_nodes_policy::rule::{Fix, Rule};
use oke_virtual_nodes_policy::rules::RULES;

const BOLD: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default().bold();
/// How wide a text runs where the terminal does not say.
const WIDTH: usize = 100;

/// What stands in the place of a rule's id in reports and is none: what a page says of it.
struct Topic {
    id: &'static str,
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
    /// Settings or an object, as an example.
    example: &'static str,
}

static TOPICS: [Topic; 2] = [
    Topic {
        id: placement::RULE.id,
        summary: placement::RULE.docs.summary,
        sections: &[
            (
                "Kept off virtual nodes",
                "Where the setting `nodeKind` is `mixed` and `rules.placement.mutate` is true, a pod that would be denied \
                 gets a required node affinity that keeps it on managed nodes. What was found in it is then a warning. \
                 The template of a workload gets the affinity only with `mutateTemplates: true`; without it the pods that \
                 are made from the template do.",
            ),
            (
                "Could not be looked up",
                "Where the setting `lookups` names `Node` and the cluster does not answer, virtual nodes are what the setting \
                 `virtualNodes` says. Where it names `Pod`, a connection to a pod only warns. `onLookupFailure` says \
                 whether the failure itself warns or denies.",
            ),
        ],
        example: "nodeKind: mixed\nrules:\n  placement: {mutate: true}\n",
    },
    Topic {
        id: exempt::RULE.id,
        summary: exempt::RULE.docs.summary,
        sections: &[(
            "Why",
            "The annotation counts only where the setting `allowAnnotations` is true, and only where it names rules of \
             this policy and a reason. Else it warns, and everything is judged as if it were not there. What the \
             setting `exemptions` exempts needs no annotation.",
        )],
        example: "metadata:\n  annotations:\n    oke-virtual-nodes.kubewarden.io/exempt: \"host-pid,host-ipc: it runs on \
                  managed nodes\"\n",
    },
];

/// Prints all rules, each with its summary and its levels.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    writeln!(out, "{BOLD}{:width$}  strict  tolerant  fix   finds{BOLD:#}", "rule")?;
    for rule in RULES {
        let summary = rule.docs.summary.strip_prefix("Finds ").unwrap_or(rule.docs.summary);
        writeln!(
            out,
            "{NAME}{:width$}{NAME:#}  {:6}  {:8}  {:4}  {summary}",
            rule.id,
            rule.strict.name(),
            rule.tolerant.name(),
            fix(rule)
        )?;
    }
    Ok(())
}

/// Prints what there is to know about the rule of this id.
pub fn page(id: &str, out: &mut dyn Write) -> Result<()> {
    if let Some(topic) = TOPICS.iter().find(|topic| topic.id == id) {
        return Ok(about(topic, out)?);
    }
    let rule = RULES.iter().find(|rule| rule.id == id).ok_or_else(|| unknown(id))?;
    let docs = &rule.docs;
    writeln!(out, "{NAME}{}{NAME:#}", rule.id)?;
    paragraph(docs.summary, out)?;
    writeln!(
        out,
        "\nstrict: {}   tolerant: {}   fix: {}",
        rule.strict.name(),
        rule.tolerant.name(),
        match rule.fix {
            None => "none, a person must decide",
            Some(Fix::Safe) => "safe",
            Some(Fix::Full) => "full",
        }
    )?;
    for (title, text) in [("Oracle's page says", docs.row), ("Why", docs.why), ("Instead", docs.instead)] {
        writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
        paragraph(text, out)?;
    }
    if !rule.parameters.is_empty() {
        writeln!(out, "\n{BOLD}Parameters{BOLD:#}")?;
        for parameter in rule.parameters {
            paragraph(&format!("{}: {}", parameter.name, parameter.about), out)?;
        }
    }
    for (title, example) in [("Found in", docs.fails), ("Not found in", docs.mended)] {
        block(title, example, out)?;
    }
    Ok(())
}

fn about(topic: &Topic, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{NAME}{}{NAME:#}", topic.id)?;
    paragraph(topic.summary, out)?;
    for (title, text) in topic.sections {
        writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
        paragraph(text, out)?;
    }
    block("Example", topic.example, out)
}

fn block(title: &str, example: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
    for line in example.trim_end().lines() {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    Ok(())
}

fn fix(rule: &Rule) -> &'static str {
    match rule.fix {
        None => "-",
        Some(Fix::Safe) => "safe",
        Some(Fix::Full) => "full",
    }
}

fn unknown(id: &str) -> anyhow::Error {
    let lower = id.to_lowercase();
    let nearest = RULES
        .iter()
        .map(|rule| rule.id)
        .chain(TOPICS.iter().map(|topic| topic.id))
        .map(|id| (strsim::damerau_levenshtein(&lower, id), id))
        .filter(|(distance, id)| distance * 3 <= id.len())
        .min()
        .map(|(_, id)| id);
    // Who remembers a word of it means the rule that has it.
    let named = RULES.iter().map(|rule| rule.id).find(|rule| lower.len() > 3 && rule.contains(&lower));
    match nearest.or(named) {
        Some(id) => anyhow!("there is no rule `{}`; did you mean `{id}`?", lower.escape_debug()),
        None => anyhow!("there is no rule `{}`; `oke-vn explain` lists all of them", lower.escape_debug()),
    }
}

fn paragraph(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            writeln!(out)?;
            column = 0;
        } else if column > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += length;
    }
    writeln!(out)
}
