//! Facts: a verdict depends on nothing that a sender can write and the API server does not keep. A request that invents
//! such a thing is judged as the honest one is, where a mutating webhook is asked and where a validating one is.

#[path = "../common/mod.rs"]
mod common;

mod cases;
mod deletion;
mod exemptions;
mod owners;
mod placement;
mod recorded;
mod server;
mod support;
