//! The fixes: what they make of an object is exactly what they say, and nothing else.
//!
//! What the fix of one rule makes and leaves is in `test_data/rules/<id>.yaml`; here is what holds of all of them.

#[path = "../common/mod.rs"]
mod common;

mod annotation;
mod generated;
mod law;
mod refused;
mod rules;
mod support;
mod targets;
mod templates;
mod text;
