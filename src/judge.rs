//! Asks the rules, in the order in which findings are reported: the object, the pod's fields, the volumes in their
//! order, then init, normal and ephemeral containers in theirs.

use crate::findings::{Finding, Findings};
use crate::reader::sort_names;
use crate::rule::{Check, Level, Rule};
use crate::rules::RULES;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::views::{Container, PodSpec};

/// The findings in the whole object.
#[must_use]
pub fn object<'d>(subject: &Subject<'d>, settings: &Settings<'_>) -> Vec<Finding<'d>> {
    let mut court = Court::new(subject, settings, |_| true);
    court.whole();
    if let Some(pod) = subject.pod() {
        court.pod(pod);
        court.volumes(pod);
        court.containers(&mut subject.containers());
    }
    court.findings.into_list()
}

/// The findings in what an update changes in a running pod.
#[must_use]
pub fn update<'d>(subject: &Subject<'d>, settings: &Settings<'_>) -> Vec<Finding<'d>> {
    let mut court = Court::new(subject, settings, |_| true);
    let containers = subject.pod().into_iter().flat_map(|pod| [pod.init_containers(), pod.containers()]).flatten();
    court.updated(containers);
    court.findings.into_list()
}

/// The findings in the ephemeral containers that the request adds to a pod.
#[must_use]
pub fn added_containers<'d>(subject: &Subject<'d>, settings: &Settings<'_>) -> Vec<Finding<'d>> {
    let mut court = Court::new(subject, settings, |_| true);
    let before = subject.before.into_iter().flat_map(|before| before.ephemeral_containers());
    let mut known: Vec<_> = before.map(|container| (name(container), 0)).collect();
    sort_names(&mut known);
    let containers = subject.pod().into_iter().flat_map(|pod| pod.ephemeral_containers());
    court.containers(&mut containers.filter(|added| known.binary_search(&(name(*added), 0)).is_err()));
    court.findings.into_list()
}

/// The findings in the resources of a pod that the request resizes.
#[must_use]
pub fn resources<'d>(subject: &Subject<'d>, settings: &Settings<'_>) -> Vec<Finding<'d>> {
    let mut court = Court::new(subject, settings, |rule| rule.on_resize);
    if let Some(pod) = subject.pod() {
        court.pod(pod);
        court.containers(&mut subject.containers());
    }
    court.findings.into_list()
}

fn name<'d>(container: Container<'d>) -> &'d str {
    container.name().map_or("", |name| name.value)
}

/// The rules that are asked about one object, and what they found so far.
struct Court<'s, 'd> {
    subject: &'s Subject<'d>,
    /// The checks of all rules that are asked and not off.
    checks: Vec<(&'static Rule, Level, Check)>,
    findings: Findings<'d>,
}

impl<'s, 'd> Court<'s, 'd> {
    fn new(subject: &'s Subject<'d>, settings: &Settings<'_>, is_asked: fn(&Rule) -> bool) -> Self {
        let checks = RULES
            .iter()
            .enumerate()
            .map(|(index, rule)| (*rule, settings.level(index)))
            .filter(|(rule, level)| *level != Level::Off && is_asked(rule))
            .flat_map(|(rule, level)| rule.checks.iter().map(move |check| (rule, level, *check)))
            .collect();
        Court { subject, checks, findings: Findings::new() }
    }

    fn whole(&mut self) {
        for (rule, level, check) in &self.checks {
            if let Check::Object(kinds, check) = check
                && kinds.contains(&self.subject.kind)
            {
                self.findings.ask(rule, *level, None);
                check(self.subject, &mut self.findings);
            }
        }
    }

    fn updated(&mut self, containers: impl Iterator<Item = Container<'d>>) {
        for container in containers {
            for (rule, level, check) in &self.checks {
                if let Check::Update(check) = check {
                    self.findings.ask(rule, *level, Some(name(container)));
                    check(self.subject, container, &mut self.findings);
                }
            }
        }
    }

    fn pod(&mut self, pod: PodSpec<'d>) {
        for (rule, level, check) in &self.checks {
            if let Check::Pod(check) = check {
                self.findings.ask(rule, *level, None);
                check(self.subject, pod, &mut self.findings);
            }
        }
    }

    fn volumes(&mut self, pod: PodSpec<'d>) {
        for volume in pod.volumes() {
            for (rule, level, check) in &self.checks {
                if let Check::Volume(check) = check {
                    self.findings.ask(rule, *level, None);
                    check(self.subject, volume, &mut self.findings);
                }
            }
        }
    }

    fn containers(&mut self, containers: &mut dyn Iterator<Item = Container<'d>>) {
        for container in containers {
            for (rule, level, check) in &self.checks {
                if let Check::Container(check) = check {
                    self.findings.ask(rule, *level, Some(name(container)));
                    check(self.subject, container, &mut self.findings);
                }
            }
        }
    }
}
