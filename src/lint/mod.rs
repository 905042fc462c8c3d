//! The form of a rule and of a finding: data without functions, which every floor above shares.

pub mod finding;
pub mod lookup;
pub mod oracle;
pub mod rule;
