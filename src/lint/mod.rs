//! The types of rules and findings: data without functions, shared by all modules above.

pub mod finding;
pub mod lookup;
pub mod oracle;
pub mod rule;
