//! The settings: what is valid, every error with its place and what is expected there, and what a level does.

#[path = "../common/mod.rs"]
mod common;

mod errors;
mod nested;
mod support;
mod valid;
