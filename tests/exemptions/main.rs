//! Exemptions: whom each field covers, what an exempted finding no longer does, and the annotation that asks for one.

#[path = "../common/mod.rs"]
mod common;

mod annotation;
mod effect;
mod support;
mod whom;
