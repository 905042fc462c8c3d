//! Runs the checks of all rules, in the order of reporting: the object, the pod's fields, the volumes, then init,
//! normal and ephemeral containers.

use crate::check::before::{Before, name};
use crate::check::context::{Context, Evaluation, MAX_FINDINGS};
use crate::check::detection::{self, Marks};
use crate::check::{Catalogue, Check};
use crate::cluster::Lookups;
use crate::config::{RuleSettings, Settings};
use crate::kubernetes::image::Image;
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;
use crate::kubernetes::resources;
use crate::kubernetes::views::{Container, PodSpec, Volume};
use crate::lint::rule::Level;

/// The part of an object to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole object.
    Whole,
    /// The images of a running pod's containers. Other changes may come from the virtual node and not from a user.
    PodUpdate,
    /// The containers that a request adds to a running pod.
    EphemeralContainers,
    /// The resources of a running pod.
    Resize,
}

/// The object to check, and its environment.
#[derive(Clone, Copy)]
pub struct Subject<'d> {
    /// The object.
    pub object: &'d Object<'d>,
    /// The old object, if the request is an update.
    pub old: Option<&'d Object<'d>>,
    /// The settings.
    pub settings: &'d Settings<'d>,
    /// The look-ups.
    pub lookups: &'d Lookups<'d>,
    /// The checks of every rule.
    pub catalogue: Catalogue,
}

/// Checks the object with all rules that aren't off.
#[must_use]
pub fn evaluate(subject: Subject<'_>, scope: Scope) -> Evaluation {
    let Subject { object, old, settings, lookups, catalogue } = subject;
    let images: Vec<_> = object.pods().flat_map(PodSpec::all_containers).filter_map(Image::of).collect();
    let marks = Marks::of_object(object);
    let before = match scope {
        Scope::Whole => None,
        _ => old.and_then(Object::pod).map(Before::new),
    };
    let Some(first) = settings.rules.first() else { return Evaluation::default() };
    let context = Context {
        object,
        old,
        before: before.as_ref(),
        settings,
        lookups,
        images: &images,
        marks: &marks,
        rule: *first,
        template: None,
        first_empty_dir: None,
        host_ports: None,
        cpu: None,
        pod_has: [false; 2],
        claim_states: None,
        container: None,
        result: Evaluation::default(),
    };
    let is_asked = |settings: &RuleSettings| {
        settings.level != Level::Off && (scope != Scope::Resize || settings.rule.is_asked_on_resize)
    };
    let mut checks = Vec::with_capacity(catalogue.checks.len().saturating_mul(2));
    for (settings, of_rule) in settings.rules.iter().zip(catalogue.checks).filter(|(settings, _)| is_asked(settings)) {
        checks.extend(of_rule.iter().map(|check| (*settings, *check)));
    }
    let of_volumes = checks.iter().filter_map(|(rule, check)| match check {
        Check::Volume(check) => Some((*rule, *check)),
        _ => None,
    });
    let of_containers = checks.iter().filter_map(|(rule, check)| match check {
        Check::Container(check) => Some((*rule, *check)),
        _ => None,
    });
    let (of_volumes, of_containers) = (of_volumes.collect(), of_containers.collect());
    let mut evaluator = Evaluator { checks, of_volumes, of_containers, context };
    evaluator.run(scope);
    let mut result = evaluator.context.result;
    result.is_partial = result.is_full();
    result.findings.truncate(MAX_FINDINGS);
    result
}

type VolumeCheck = fn(&mut Context<'_>, Volume<'_>);
type ContainerCheck = fn(&mut Context<'_>, Container<'_>);

/// The enabled checks, and the findings so far.
struct Evaluator<'d> {
    checks: Vec<(RuleSettings, Check)>,
    /// Those of volumes and of containers, of which there can be many.
    of_volumes: Vec<(RuleSettings, VolumeCheck)>,
    of_containers: Vec<(RuleSettings, ContainerCheck)>,
    context: Context<'d>,
}

impl<'d> Evaluator<'d> {
    fn run(&mut self, scope: Scope) {
        let object = self.context.object;
        if scope == Scope::Whole {
            self.object();
        }
        for template in &object.templates {
            let Some(pod) = template.spec else { continue };
            if self.context.result.is_full() {
                break;
            }
            self.context.template = Some(template);
            self.context.host_ports = None;
            self.context.cpu = None;
            self.context.pod_has = ["cpu", "memory"].map(|name| resources::has(pod.resources(), name));
            let first = pod.volumes().into_iter().find(|volume| volume.is_empty_dir());
            self.context.first_empty_dir = first.map(|volume| volume.node);
            match scope {
                Scope::Whole => {
                    self.pod(pod);
                    self.volumes(pod);
                    self.containers(pod.all_containers());
                }
                Scope::PodUpdate => self.update(pod),
                Scope::EphemeralContainers => {
                    let before = self.context.before;
                    let is_new = |added: &Container<'_>| before.is_none_or(|before| before.container(*added).is_none());
                    self.containers(pod.ephemeral_containers().into_iter().filter(is_new));
                }
                Scope::Resize => {
                    self.pod(pod);
                    self.containers(pod.all_containers());
                }
            }
        }
    }

    fn object(&mut self) {
        let object = self.context.object;
        // Without a template to check, there is nothing to check in a custom workload.
        let is_seen = object.kind() != Kind::CustomWorkload || !object.templates.is_empty();
        for (rule, check) in &self.checks {
            let cx = &mut self.context;
            cx.rule = *rule;
            match check {
                Check::Object(kinds, check) if is_seen && kinds.contains(&object.kind()) => check(cx),
                Check::Workload(check) if !object.templates.is_empty() => check(cx),
                Check::Product(products, problem, remedy) => _ = detection::report(cx, products, problem, remedy),
                Check::Claim(check) => object.claims.iter().for_each(|claim| check(cx, *claim)),
                _ => {}
            }
        }
    }

    fn pod(&mut self, pod: PodSpec<'d>) {
        for (rule, check) in &self.checks {
            if let Check::Pod(check) = check {
                self.context.rule = *rule;
                check(&mut self.context, pod);
            }
        }
    }

    fn volumes(&mut self, pod: PodSpec<'d>) {
        for volume in pod.volumes() {
            for (rule, check) in &self.of_volumes {
                self.context.rule = *rule;
                check(&mut self.context, volume);
            }
            if self.context.result.is_full() {
                break;
            }
        }
    }

    fn containers(&mut self, containers: impl Iterator<Item = Container<'d>>) {
        for container in containers {
            if self.context.result.is_full() {
                break;
            }
            self.context.container = Some(name(container));
            for (rule, check) in &self.of_containers {
                self.context.rule = *rule;
                check(&mut self.context, container);
            }
        }
        self.context.container = None;
    }

    fn update(&mut self, pod: PodSpec<'d>) {
        let Some(before) = self.context.before else { return };
        for container in pod.init_containers().into_iter().chain(pod.containers()) {
            let Some(old) = before.container(container) else { continue };
            self.context.container = Some(name(container));
            for (rule, check) in &self.checks {
                if let Check::Update(check) = check {
                    self.context.rule = *rule;
                    check(&mut self.context, container, old);
                }
            }
        }
        self.context.container = None;
    }
}
