//! Who is exempt: by the settings, or by an annotation where the settings allow it.

use crate::findings::{Finding, Place};
use crate::reader::{Node, Text, children};
use crate::request::UserInfo;
use crate::rule::{Level, Rule};
use crate::settings::{Settings, rule_ids};
use crate::subject::Subject;

/// The annotation by which an object's author asks for an exemption: `<id>[,<id>]: reason`.
pub const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/exempt";

/// Speaks of an annotation that has no effect. No rule of the catalogue.
pub static RULE: Rule = Rule { id: "exemption", strict: Level::Warn, tolerant: Level::Warn, ..Rule::NEW };

/// Whose request it is, as exemptions see it.
pub struct Requester<'d> {
    /// The kind of the object, as the request names it.
    pub kind: &'d str,
    /// The namespace of the request; empty where there is none.
    pub namespace: &'d str,
    /// Who sends it.
    pub user: Option<UserInfo<'d>>,
}

/// Takes the findings that are exempt out of `findings` and returns them. An annotation that has no effect is a finding.
pub fn exempt<'d>(
    findings: &mut Vec<Finding<'d>>,
    subject: &Subject<'d>,
    requester: &Requester<'_>,
    settings: &Settings<'_>,
) -> Vec<Finding<'d>> {
    let (mut asked, mut exempted, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for annotation in annotations(subject).into_iter().flatten() {
        match ids(annotation.value).filter(|_| settings.allow_annotations) {
            Some(ids) => asked.extend(ids),
            None if rest.is_empty() => rest.push(in_vain(annotation, settings.allow_annotations)),
            None => {}
        }
    }
    let is_any = !findings.is_empty();
    let matching: Vec<_> =
        children(settings.exemptions).filter(|entry| is_any && matches(*entry, subject, requester)).collect();
    for finding in std::mem::take(findings) {
        let is_exempt = asked.contains(&finding.rule.id) || matching.iter().any(|entry| covers(*entry, finding.rule));
        if !is_exempt {
            rest.push(finding);
        } else if finding.level != Level::Off {
            exempted.push(finding);
        }
    }
    *findings = rest;
    exempted
}

fn in_vain(annotation: Text<'_>, is_allowed: bool) -> Finding<'_> {
    let remedy = if is_allowed {
        "write it as <rule>[,<rule>]: <reason>, with rules of this policy"
    } else {
        "ask the administrator to set allowAnnotations or an exemption in the settings"
    };
    let place = Place::Node(annotation.node);
    Finding::new(&RULE, Level::Warn, place, "the annotation has no effect".into(), remedy.into())
}

/// The annotations on the object and on its pod template, which a Pod is itself.
fn annotations<'d>(subject: &Subject<'d>) -> [Option<Text<'d>>; 2] {
    let of_object = subject.metadata.and_then(|metadata| metadata.annotations().get(ANNOTATION));
    let of_template = subject.template.and_then(|template| template.metadata?.annotations().get(ANNOTATION));
    let is_other = |text: &Text<'_>| of_object.is_none_or(|object| object.node != text.node);
    [of_object, of_template.filter(is_other)]
}

/// The rules that an annotation names, each once; `None` if it is not written as it must be.
fn ids(annotation: &str) -> Option<Vec<&'static str>> {
    let (names, reason) = annotation.split_once(':')?;
    let mut ids = Vec::new();
    for name in names.split(',') {
        let id = rule_ids().find(|known| *known == name.trim_ascii())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    (!reason.trim_ascii().is_empty()).then_some(ids)
}

/// Whether an exemption is from this rule.
fn covers(entry: Node<'_>, rule: &Rule) -> bool {
    any(entry, "rules", &|id| id == rule.id)
}

/// Whether one of the entries of a field holds; a field that names nothing asks for nothing.
fn any(entry: Node<'_>, field: &str, holds: &dyn Fn(&str) -> bool) -> bool {
    let mut is_empty = true;
    for wanted in children(entry.at(&[field])) {
        is_empty = false;
        if wanted.text().is_some_and(holds) {
            return true;
        }
    }
    is_empty
}

/// Whether all that an exemption asks for holds of the request.
fn matches(entry: Node<'_>, subject: &Subject<'_>, requester: &Requester<'_>) -> bool {
    let Requester { kind, namespace, user } = requester;
    let is_user = |name: &str| user.and_then(|user| user.username()).is_some_and(|user| user.value == name);
    let is_in = |name: &str| user.is_some_and(|user| user.groups().into_iter().any(|group| group.value == name));
    // Where the API server makes the name, it begins so.
    let start = subject.metadata.and_then(|metadata| metadata.generate_name()).map_or("", |start| start.value);
    let name = if subject.name.is_empty() { start } else { subject.name };
    let has = |label: Node<'_>| {
        let labels = subject.metadata.map(|metadata| metadata.labels());
        labels.and_then(|labels| labels.get(label.name())).is_some_and(|value| Some(value.value) == label.text())
    };
    any(entry, "namespaces", &|pattern| is_like(namespace, pattern))
        && any(entry, "names", &|pattern| is_like(name, pattern))
        && any(entry, "kinds", &|wanted| wanted == *kind)
        && any(entry, "users", &is_user)
        && any(entry, "groups", &is_in)
        && children(entry.at(&["labels"])).all(has)
}

/// Whether a name is like a pattern in which `*` stands for any text.
#[must_use]
pub fn is_like(name: &str, pattern: &str) -> bool {
    let (mut name, mut pattern) = (name.as_bytes(), pattern.as_bytes());
    // The rest after the last star, and where it was tried: what comes later can only need less of the name.
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
