//! What is mended where, and how the object says so.

use std::borrow::Cow;

use crate::findings::Finding;
use crate::json::{self, key, member, separate};
use crate::kinds::Kind;
use crate::mend::{self, Change};
use crate::reader::{Step, path_of};
use crate::request::Operation;
use crate::settings::{NodeKind, Settings};
use crate::subject::Subject;

/// The annotation that says what was changed, where the setting `annotate` is on.
pub const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/mended";
/// The annotation tells of at most this many changes: all annotations of an object share 256 KiB.
const MOST_TOLD: usize = 100;

/// What fixes apply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The object of the request.
    Object,
    /// The pods that will be made from its template; the object itself stays as it is.
    ItsPods,
}

impl Target {
    /// What fixes apply to in a request; `None` if nothing is mended there.
    ///
    /// Templates are not rewritten unless the settings say so: operators and GitOps would write them back.
    #[must_use]
    pub fn of(subject: &Subject<'_>, operation: Operation, settings: &Settings<'_>) -> Option<Self> {
        if !settings.mends_anything() {
            return None;
        }
        Self::reachable(subject, operation, settings)
    }

    /// What can be changed in a request; `None` if nothing can.
    #[must_use]
    pub fn reachable(subject: &Subject<'_>, operation: Operation, settings: &Settings<'_>) -> Option<Self> {
        match (subject.kind, operation) {
            // Managed nodes may need what the fixes of a Service would switch off.
            (Kind::Service, _) if settings.node_kind == NodeKind::Mixed => None,
            (Kind::Pod | Kind::Service, Operation::Create) => Some(Target::Object),
            (Kind::Pod | Kind::Service, _) => None,
            (kind, _) if !kind.has_template() => None,
            // The template of a Job cannot be changed any more.
            (Kind::Job, Operation::Update) => Some(Target::ItsPods),
            _ if settings.mutate_templates && !subject.has_controller() => Some(Target::Object),
            _ => Some(Target::ItsPods),
        }
    }

    /// Whether a finding is mended here.
    #[must_use]
    pub fn mends(self, finding: &Finding<'_>, settings: &Settings<'_>) -> bool {
        !finding.edits.is_empty()
            && settings.mends(finding.rule)
            && (self == Target::Object || finding.is_in_template())
    }
}

/// The object's JSON with the fixes of the findings, and with the annotation where the settings want it.
#[must_use]
pub fn fix(text: &str, findings: &[Finding<'_>], settings: &Settings<'_>) -> Option<String> {
    let changes = findings.iter().flat_map(|finding| &finding.edits).map(|edit| edit.change()).collect();
    apply(text, changes, settings)
}

/// The object's JSON with the changes, and with the annotation where the settings want it.
#[must_use]
pub fn apply(text: &str, mut changes: Vec<Change<'_>>, settings: &Settings<'_>) -> Option<String> {
    if settings.annotate {
        let mut told = "[".to_owned();
        for change in changes.iter().take(MOST_TOLD) {
            separate(&mut told);
            told.push('{');
            member(&mut told, "path", &path_of(&change.steps));
            for (name, value) in [("old", mend::find(text, &change.steps)), ("new", change.value.as_deref())] {
                key(&mut told, name);
                told.push_str(value.unwrap_or("null"));
            }
            told.push('}');
        }
        told.push(']');
        let mut value = String::new();
        json::text(&mut value, &told);
        changes.push(Change {
            steps: vec![Step::Key("metadata"), Step::Key("annotations"), Step::Key(ANNOTATION)],
            value: Some(Cow::Owned(value)),
        });
    }
    mend::apply(text, &changes)
}
