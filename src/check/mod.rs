//! Checks: what a rule looks at, what it is given, and how all rules are run over an object.

pub mod before;
pub mod context;
pub mod detection;
pub mod evaluate;
pub mod prelude;

use crate::kubernetes::kinds::Kind;
use crate::kubernetes::products::Product;
use crate::kubernetes::views::{Container, PersistentVolumeClaim, PodSpec, Volume};
use crate::lint::rule::Rule;
use context::Context;

/// One of the looks that a rule takes at an object.
#[derive(Clone, Copy)]
pub enum Check {
    /// At an object of one of these kinds as a whole.
    Object(&'static [Kind], fn(&mut Context<'_>)),
    /// At an object with pod templates as a whole, once.
    Workload(fn(&mut Context<'_>)),
    /// At an object that belongs to one of these products: the problem, without the product, and the remedy.
    Product(&'static [&'static Product], &'static str, &'static str),
    /// At each template of a claim that the object makes.
    Claim(fn(&mut Context<'_>, PersistentVolumeClaim<'_>)),
    /// At the pod's fields, once for each pod template.
    Pod(fn(&mut Context<'_>, PodSpec<'_>)),
    /// At each volume.
    Volume(fn(&mut Context<'_>, Volume<'_>)),
    /// At each container: init, normal and ephemeral ones.
    Container(fn(&mut Context<'_>, Container<'_>)),
    /// At each init and normal container of a running pod that is updated, together with the container as it was.
    Update(fn(&mut Context<'_>, Container<'_>, Container<'_>)),
}

/// The rules that the policy applies, in the order in which they report.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The declarations.
    pub rules: &'static [&'static Rule],
    /// The checks of each rule, in the same order.
    pub checks: &'static [&'static [Check]],
}
