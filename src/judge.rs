//! Asks the rules, in the order in which findings are reported: the object, the pod's fields, the volumes in their
//! order, then init, normal and ephemeral containers in theirs.

use crate::findings::Findings;
use crate::rule::{Check, Level, Rule};
use crate::rules::{self, RULES};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::views::{Container, PodSpec};

/// The checks of all rules that are not off.
fn checks<'s>(settings: &'s Settings<'_>) -> impl Iterator<Item = (&'static Rule, Level, Check)> + use<'s> {
    RULES
        .iter()
        .enumerate()
        .map(|(index, rule)| (*rule, settings.level(index)))
        .filter(|(_, level)| *level != Level::Off)
        .flat_map(|(rule, level)| rule.checks.iter().map(move |check| (rule, level, *check)))
}

/// Judges the whole object.
pub fn object<'d>(subject: &Subject<'d>, settings: &Settings<'_>, findings: &mut Findings<'d>) {
    for (rule, level, check) in checks(settings) {
        if let Check::Object(kinds, check) = check
            && kinds.contains(&subject.kind)
        {
            findings.ask(rule, level, None);
            check(subject, findings);
        }
    }
    let Some(pod) = subject.pod() else { return };
    pod_fields(subject, pod, settings, findings, |_| true);
    for volume in pod.volumes() {
        for (rule, level, check) in checks(settings) {
            if let Check::Volume(check) = check {
                findings.ask(rule, level, None);
                check(subject, volume, findings);
            }
        }
    }
    containers(subject, all_containers(pod), settings, findings, |_| true);
}

/// Judges what an update changes in a running pod.
pub fn update<'d>(subject: &Subject<'d>, settings: &Settings<'_>, findings: &mut Findings<'d>) {
    let Some(pod) = subject.pod() else { return };
    for container in [pod.init_containers(), pod.containers()].into_iter().flatten() {
        for (rule, level, check) in checks(settings) {
            if let Check::Update(check) = check {
                findings.ask(rule, level, container.name().map(|name| name.value));
                check(subject, container, findings);
            }
        }
    }
}

/// Judges the ephemeral containers that the request adds to a pod.
pub fn added_containers<'d>(subject: &Subject<'d>, settings: &Settings<'_>, findings: &mut Findings<'d>) {
    let Some(pod) = subject.pod() else { return };
    let name = |container: Container<'d>| container.name().map_or("", |name| name.value);
    let mut known: Vec<_> =
        subject.before.into_iter().flat_map(|before| before.ephemeral_containers()).map(name).collect();
    known.sort_unstable();
    let added = pod.ephemeral_containers().into_iter().filter(|added| known.binary_search(&name(*added)).is_err());
    containers(subject, added, settings, findings, |_| true);
}

/// Judges the resources of a pod that the request resizes.
pub fn resources<'d>(subject: &Subject<'d>, settings: &Settings<'_>, findings: &mut Findings<'d>) {
    let Some(pod) = subject.pod() else { return };
    let asked = |rule: &Rule| rules::JUDGED_ON_RESIZE.contains(&rule.id);
    pod_fields(subject, pod, settings, findings, asked);
    containers(subject, all_containers(pod), settings, findings, asked);
}

fn all_containers<'d>(pod: PodSpec<'d>) -> impl Iterator<Item = Container<'d>> {
    [pod.init_containers(), pod.containers(), pod.ephemeral_containers()].into_iter().flatten()
}

fn pod_fields<'d>(
    subject: &Subject<'d>,
    pod: PodSpec<'d>,
    settings: &Settings<'_>,
    findings: &mut Findings<'d>,
    asked: impl Fn(&Rule) -> bool,
) {
    for (rule, level, check) in checks(settings) {
        if let Check::Pod(check) = check
            && asked(rule)
        {
            findings.ask(rule, level, None);
            check(subject, pod, findings);
        }
    }
}

fn containers<'d>(
    subject: &Subject<'d>,
    containers: impl Iterator<Item = Container<'d>>,
    settings: &Settings<'_>,
    findings: &mut Findings<'d>,
    asked: impl Fn(&Rule) -> bool,
) {
    let checks: Vec<_> = checks(settings)
        .filter_map(|(rule, level, check)| match check {
            Check::Container(check) if asked(rule) => Some((rule, level, check)),
            _ => None,
        })
        .collect();
    for container in containers {
        let name = container.name().map_or("", |name| name.value);
        for (rule, level, check) in &checks {
            findings.ask(rule, *level, Some(name));
            check(subject, container, findings);
        }
    }
}
