//! What cannot be read is rejected with 422 and a message that names the field and never shows what is in the object;
//! fields that no rule reads are never a reason.

#[path = "../common/mod.rs"]
mod common;

mod depth;
mod fields;
mod payloads;
mod quantities;
mod support;
