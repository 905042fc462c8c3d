//! `nodeKind: mixed`: which pods can land on a virtual node, and what becomes of the others and of what belongs to no pod.

#[path = "../common/mod.rs"]
mod common;

mod advice;
mod elsewhere;
mod keep_off;
mod landing;
mod support;
