//! Checks: their types, their context, and the evaluation of all rules on an object.

pub mod before;
pub mod claims;
pub mod context;
pub mod detection;
pub mod evaluate;
pub mod modes;
pub mod prelude;

use crate::kubernetes::kinds::{Kind, KindInfo};
use crate::kubernetes::products::Product;
use crate::kubernetes::views::{Container, PersistentVolumeClaim, PodSpec, Volume};
use crate::lint::rule::Rule;
use context::Context;

/// A check of a rule: the part of an object that it is called for, and the function to call.
#[derive(Clone, Copy)]
pub enum Check {
    /// For an object of one of these kinds.
    Object(&'static [Kind], fn(&mut Context<'_>)),
    /// For an object with pod templates, once.
    Workload(fn(&mut Context<'_>)),
    /// For an object that belongs to one of these products. The texts are the problem, without the product's name, and
    /// the remedy.
    Product(&'static [&'static Product], &'static str, &'static str),
    /// For each claim template of the object.
    Claim(fn(&mut Context<'_>, PersistentVolumeClaim<'_>)),
    /// For each pod template.
    Pod(fn(&mut Context<'_>, PodSpec<'_>)),
    /// For each volume.
    Volume(fn(&mut Context<'_>, Volume<'_>)),
    /// For each init, normal and ephemeral container.
    Container(fn(&mut Context<'_>, Container<'_>)),
    /// For each init and normal container in an update of a running pod. Takes the new and the old container.
    Update(fn(&mut Context<'_>, Container<'_>, Container<'_>)),
}

impl Check {
    /// Returns true if the check is called for objects of a kind. For generated documentation.
    #[must_use]
    pub fn looks_at(&self, info: &KindInfo) -> bool {
        match self {
            Check::Object(kinds, _) => kinds.contains(&info.kind),
            Check::Product(products, ..) => {
                let is_injected = products.iter().any(|product| product.injection.is_some());
                info.has_templates() || (info.kind == Kind::Namespace && is_injected)
            }
            Check::Workload(_) | Check::Pod(_) | Check::Volume(_) | Check::Container(_) => info.has_templates(),
            Check::Claim(_) => info.claims.is_some(),
            Check::Update(_) => info.kind == Kind::Pod,
        }
    }
}

impl Catalogue {
    /// Returns the checks of a rule; none if the rule isn't in the catalogue.
    #[must_use]
    pub fn checks_of(&self, rule: &Rule) -> &'static [Check] {
        let index = self.rules.iter().position(|known| known.id == rule.id);
        index.and_then(|index| self.checks.get(index)).copied().unwrap_or_default()
    }
}

/// The rules of the policy, in the order of reporting.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The declarations.
    pub rules: &'static [&'static Rule],
    /// The checks of each rule, in the same order.
    pub checks: &'static [&'static [Check]],
}
