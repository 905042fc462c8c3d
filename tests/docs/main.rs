//! What people read about the rules: the sections of their documentation, the examples in them, the sentences of the
//! findings, and the requests of `e2e.bats`, which are made from the examples.
//!
//! `BLESS=1 cargo test --test docs` writes the requests in `test_data/e2e` anew.

#[path = "../common/mod.rs"]
mod common;

mod examples;
mod prose;
mod sentences;
mod support;
