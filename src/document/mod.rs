//! JSON text: reads from it what the caller names, says where each value stands, and edits it in place.
//!
//! A [`shape::Shape`] says which fields of an object are read and of which type they are. [`reader::Document`] walks the
//! text once: a field that the shape names becomes a [`node::Node`], everything else is skipped without being decoded,
//! whatever is in it and however deep it is nested. A value of the wrong type does not stop the walk; it is noted with
//! its place, so that all of them can be reported together and none is ever shown.
//!
//! Strings are borrowed from the text, and nodes know their parent. So a path is written only when somebody reads it.
//! This floor knows nothing of Kubernetes but its quantities.

pub mod edit;
pub mod node;
pub mod path;
pub mod pattern;
pub mod quantity;
pub mod reader;
mod routes;
pub mod scan;
pub mod shape;
pub mod text;
pub mod view;
