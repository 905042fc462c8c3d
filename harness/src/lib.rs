//! Runs the built policy as Kubewarden's policy server does. It stands in for `kwctl` in tests, and measures the module
//! for budgets and benchmarks. It isn't shipped.
//!
//! [`engine`] is the policy server's engine, and [`fuel`] the same module in plain wasmtime, which counts instructions.
//! [`run`] does what `kwctl run` does, with recorded look-ups from [`replay`]. [`samples`] has the requests that the
//! budgets are about.

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
