//! Checks: what a rule looks at, what it is given, and how all rules are run over an object.

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

impl Check {
    /// Whether it looks at objects of a kind, for what is generated from the checks.
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
    /// The checks of a rule; none of a rule that is not in the catalogue.
    #[must_use]
    pub fn checks_of(&self, rule: &Rule) -> &'static [Check] {
        let index = self.rules.iter().position(|known| known.id == rule.id);
        index.and_then(|index| self.checks.get(index)).copied().unwrap_or_default()
    }
}

/// The rules that the policy applies, in the order in which they report.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The declarations.
    pub rules: &'static [&'static Rule],
    /// The checks of each rule, in the same order.
    pub checks: &'static [&'static [Check]],
}
