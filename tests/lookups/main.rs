//! What is looked up in the cluster: which questions are asked, how often, and what each answer leads to.

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod nodes;
mod pods;
mod questions;
mod support;
