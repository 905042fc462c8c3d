//! Runs the built policy as Kubewarden's policy server does. It stands in for `kwctl` in tests, and measures the module
//! for budgets and benchmarks. It isn't shipped.
//!
//! [`engine`] is the policy server's engine; [`fuel`] counts instructions in plain wasmtime. [`run`] does the same as
//! `kwctl run`, with recorded look-ups from [`replay`]. [`samples`] has the requests for the budgets.

pub mod compare;
pub mod corpus;
pub mod engine;
pub mod fuel;
pub mod generate;
pub mod kinds;
pub mod metadata;
pub mod modules;
pub mod native;
pub mod query;
pub mod replay;
pub mod request;
pub mod run;
pub mod sample;
pub mod samples;
pub mod settings;
