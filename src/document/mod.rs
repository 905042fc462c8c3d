//! JSON text: reads the fields that the caller names, keeps the path of each value, and edits text in place.
//!
//! A [`shape::Shape`] lists the fields of an object to read, with their types. [`reader::Document`] reads the text
//! once: each field in the shape becomes a [`node::Node`]; everything else is skipped without decoding, whatever its
//! content and depth. A value of the wrong type doesn't stop the reader. Its path is recorded, so that all errors can
//! be reported together, without showing the values.
//!
//! Strings are borrowed from the text. Nodes know their parent, so paths are written only on demand. Apart from
//! quantities, this module is independent of Kubernetes.

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
