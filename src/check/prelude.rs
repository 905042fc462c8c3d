//! The imports that most rules need.

pub use crate::check::Check;
pub use crate::check::context::{Context, Place};
pub use crate::document::view::{Text, View};
pub use crate::kubernetes::kinds::Kind;
pub use crate::kubernetes::views::{Container, PodSpec, Volume};
pub use crate::lint::finding::Scalar;
pub use crate::lint::oracle::Row;
pub use crate::lint::rule::Fix::{Full, Safe};
pub use crate::lint::rule::Level::{Deny, Off, Warn};
pub use crate::lint::rule::{Parameter, ParameterKind, Rule, doc};
