//! The library behind `oke-vn`: Kubernetes manifests and admission requests, judged by the policy's wasm module.
//!
//! The rules are not here. They are in the module that Kubewarden loads, and this crate runs that very module in
//! the engine that Kubewarden's policy server uses, so that what the command line says is what a cluster does.
//!
//! The way of a manifest: [`manifests`] finds files and cuts them into objects, with [`yaml`] and [`json`] reading
//! them into [`node`]s that know their lines; [`request`] wraps an object as the API server does; [`engine`] asks
//! the module; [`check`] puts the answers together; [`report`] prints them. [`run`] is the other command.

pub mod check;
pub mod engine;
pub mod json;
pub mod kinds;
pub mod manifests;
pub mod node;
pub mod report;
pub mod request;
pub mod run;
pub mod settings;
pub mod yaml;
