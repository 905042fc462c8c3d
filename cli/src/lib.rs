//! The library behind `oke-vn`: Kubernetes manifests and admission requests, judged by the policy's wasm module.
//!
//! The rules are not here. They are in the module that Kubewarden loads, and this crate runs that very module in
//! the engine that Kubewarden's policy server uses, so that what the command line says is what a cluster does.
//!
//! The way of a manifest: [`manifests`] finds files and cuts them into objects, with [`yaml`] and [`json`] reading
//! them into [`node`]s that know their lines; [`request`] wraps an object as the API server does; [`engine`] asks
//! the module, which may look things up in a [`cluster`]; [`check`] puts the answers together; [`fix`] makes the changes
//! that the module proposes, with [`edit`]; [`report`] prints it all.
//!
//! [`run`] is what `kwctl run` is, with [`replay`] for recorded look-ups, and [`explain`] prints what a rule is about.

pub mod check;
pub mod cluster;
pub mod edit;
pub mod engine;
pub mod explain;
pub mod fix;
pub mod json;
pub mod kinds;
pub mod manifests;
mod markdown;
pub mod node;
mod pages;
pub mod replay;
pub mod report;
pub mod request;
pub mod run;
pub mod settings;
pub mod yaml;
