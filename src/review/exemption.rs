//! Exemptions: from the settings, or from annotations where the settings allow them.

use super::Case;
use super::request::UserInfo;
use crate::check::context::{Evaluation, Place, finding};
use crate::config::RuleSettings;
use crate::document::node::{Node, children};
use crate::document::reader::Document;
use crate::document::view::{Text, View};
use crate::kubernetes::object::Object;
use crate::lint::finding::Finding;
use crate::lint::rule::{EXEMPTION, Level, PLACEMENT, Rule};

/// The annotation that requests an exemption: `<id>[,<id>]: reason`.
pub const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/exempt";

/// Splits an evaluation into findings that count and findings that are exempt. Adds a finding, at the front, for an
/// annotation that has no effect.
#[must_use]
pub fn split(evaluation: Evaluation, object: &Object<'_>, case: &Case<'_>) -> (Evaluation, Vec<Finding>) {
    let (asked, mut kept) = annotated(object, case);
    let is_any = !evaluation.findings.is_empty() || !evaluation.improvements.is_empty();
    let matching = if is_any { matching(object, case) } else { Vec::new() };
    let is_exempt = |rule: &Rule| asked.contains(&rule.id) || matching.iter().any(|entry| covers(*entry, rule));
    let (exempted, rest): (Vec<_>, Vec<_>) =
        evaluation.findings.into_iter().partition(|finding| is_exempt(finding.rule));
    kept.extend(rest);
    // What is exempt is not fixed.
    for finding in &mut kept {
        if finding.relies_on.is_some_and(is_exempt) {
            finding.edits.clear();
        }
    }
    let mut improvements = evaluation.improvements;
    improvements.retain(|improvement| !is_exempt(improvement.rule));
    (Evaluation { findings: kept, improvements, ..evaluation }, exempted)
}

/// Returns the rules that the object's annotations name, and a finding if an annotation has no effect.
fn annotated(object: &Object<'_>, case: &Case<'_>) -> (Vec<&'static str>, Vec<Finding>) {
    let (mut asked, mut ineffective) = (Vec::new(), Vec::new());
    for annotation in annotations(object) {
        match ids(annotation.value, &asked, case).filter(|_| case.settings.allow_annotations) {
            Some(ids) => asked = ids,
            None if ineffective.is_empty() => ineffective.push(without_effect(annotation, case)),
            None => {}
        }
    }
    (asked, ineffective)
}

fn without_effect(annotation: Text<'_>, case: &Case<'_>) -> Finding {
    let remedy = if case.settings.allow_annotations {
        "write it as <rule>[,<rule>]: <reason>, with rules of this policy"
    } else {
        "ask the administrator to set allowAnnotations or an exemption in the settings"
    };
    let rule = RuleSettings::new(&EXEMPTION, Level::Warn);
    finding(rule, Place::Node(annotation.node), "the annotation has no effect", remedy)
}

/// Returns the annotations on the object and its pod templates. A Pod is its own template.
fn annotations<'d>(object: &Object<'d>) -> Vec<Text<'d>> {
    let of_templates = object.templates.iter().filter(|template| template.node != object.root);
    let of_templates = of_templates.filter_map(|template| template.metadata?.annotations().get(ANNOTATION));
    object.annotation(ANNOTATION).into_iter().chain(of_templates).collect()
}

/// Parses the rules of an annotation, without duplicates; `None` if it is malformed.
fn ids(annotation: &str, known: &[&'static str], case: &Case<'_>) -> Option<Vec<&'static str>> {
    let (names, reason) = annotation.split_once(':')?;
    let mut ids = known.to_vec();
    for name in names.split(',') {
        let mut known = case.catalogue.rules.iter().map(|rule| rule.id).chain([PLACEMENT.id]);
        let id = known.find(|known| *known == name.trim_ascii())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    (!reason.trim_ascii().is_empty()).then_some(ids)
}

/// Returns true if an exemption covers this rule.
fn covers(entry: Node<'_>, rule: &Rule) -> bool {
    any(entry, "rules", |id| id == rule.id)
}

/// Returns true if `holds` is true for any entry of a field, or if the field is empty.
fn any(entry: Node<'_>, field: &str, holds: impl Fn(&str) -> bool) -> bool {
    let mut wanted = children(entry.at(&[field])).peekable();
    wanted.peek().is_none() || wanted.any(|wanted| wanted.text().is_some_and(&holds))
}

/// Returns the exemptions in the settings that match the request.
fn matching<'d>(object: &Object<'_>, case: &Case<'d>) -> Vec<Node<'d>> {
    let Some(exemptions) = case.settings.exemptions else { return Vec::new() };
    let user = case.request.user_info.and_then(|user| Document::read(user, UserInfo::SHAPE).ok());
    let user = user.as_ref().and_then(|user| UserInfo::of(user.root()));
    exemptions.children().filter(|entry| matches(*entry, object, case, user)).collect()
}

/// Returns true if all conditions of an exemption match the request.
fn matches(entry: Node<'_>, object: &Object<'_>, case: &Case<'_>, user: Option<UserInfo<'_>>) -> bool {
    let is_user = |name: &str| user.and_then(UserInfo::username).is_some_and(|user| user.value == name);
    let is_in = |name: &str| user.is_some_and(|user| user.groups().into_iter().any(|group| group.value == name));
    let name = expected_name(object);
    let has = |label: Node<'_>| {
        let labels = object.metadata.map(|metadata| metadata.labels());
        labels.and_then(|labels| labels.get(label.name())).is_some_and(|value| Some(value.value) == label.text())
    };
    any(entry, "namespaces", |pattern| is_like(case.request.namespace, pattern))
        && any(entry, "names", |pattern| is_like(&name, pattern))
        && any(entry, "kinds", |wanted| wanted == case.request.kind_name)
        && any(entry, "users", is_user)
        && any(entry, "groups", is_in)
        && children(entry.at(&["labels"])).all(has)
}

/// The number of bytes of `generateName` that the API server keeps.
const MAX_GENERATE_NAME: usize = 58;

/// Returns the object's name. For `generateName`, cuts it as the API server does and adds five placeholders for the
/// characters that the API server adds; only a star in a pattern matches them.
fn expected_name(object: &Object<'_>) -> String {
    let start = object.metadata.and_then(|metadata| metadata.generate_name()).map_or("", |start| start.value);
    let start = start.split_at_checked(MAX_GENERATE_NAME).map_or(start, |(kept, _)| kept);
    if object.name.is_empty() && !start.is_empty() { format!("{start}\0\0\0\0\0") } else { object.name.to_owned() }
}

/// Returns true if a name matches a pattern in which `*` stands for any text.
#[must_use]
pub fn is_like(name: &str, pattern: &str) -> bool {
    let (mut name, mut pattern) = (name.as_bytes(), pattern.as_bytes());
    // The pattern after the last star, and the position in the name where it was tried. Backtracking to the last star
    // is enough.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (Some((b'*', rest)), _) => {
                retry = Some((rest, name));
                pattern = rest;
            }
            (Some((wanted, rest)), Some((byte, left))) if wanted == byte => (pattern, name) = (rest, left),
            (None, None) => return true,
            _ => {
                let Some((rest, [_, left @ ..])) = retry else { return false };
                retry = Some((rest, left));
                (pattern, name) = (rest, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn stars_stand_for_any_text() {
        for (name, pattern) in [
            ("a", "a"),
            ("abc", "*"),
            ("", "*"),
            ("", ""),
            ("kube-system", "kube-*"),
            ("a-b-c", "a*c"),
            ("aab", "*ab"),
            ("abab", "*ab"),
            ("abcbd", "a*b*d"),
            ("a*b", "a**b"),
            ("ab", "a***b"),
        ] {
            assert!(is_like(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [
            ("a", "b"),
            ("a", ""),
            ("", "a"),
            ("abc", "a"),
            ("kube", "kube-*"),
            ("ab", "a*bb"),
            ("aba", "*ab"),
            ("a", "aa*"),
        ] {
            assert!(!is_like(name, pattern), "{name} {pattern}");
        }
    }
}
