//! Which requests are judged, and what of them: operations, deletion, owners, subresources and kinds.

#[path = "../common/mod.rs"]
mod common;

mod creations;
mod envelope;
mod large;
mod subresources;
mod support;
mod updates;
