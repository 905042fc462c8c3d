//! The built modules: the policy and an empty guest.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

const TARGET: &str = "wasm32-wasip1";

/// Returns the built policy: the file in the environment variable `POLICY_WASM`, or else built with cargo.
///
/// # Errors
/// If it cannot be built or read.
pub fn policy() -> Result<Vec<u8>> {
    let path = match env::var_os("POLICY_WASM") {
        Some(path) => PathBuf::from(path),
        None => build("oke-virtual-nodes-policy")?,
    };
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Builds a guest that answers without doing anything, in the same way as the policy.
///
/// # Errors
/// If it cannot be built.
pub fn empty_guest() -> Result<Vec<u8>> {
    Ok(fs::read(build("empty-guest")?)?)
}

/// Builds a package of this repository to a module, and returns its path.
fn build(package: &str) -> Result<PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["build", "--quiet", "--release", "--locked", "--lib", "--package", package, "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    // Flags and wrappers for this machine must not affect the module, which is the same on every machine.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if matches!(&*text, "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_TARGET" | "RUSTC_WORKSPACE_WRAPPER")
            || text.starts_with("CARGO_PROFILE_")
        {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("{package} did not build; if the target is missing, `rustup target add {TARGET}` installs it");
    }
    let artifacts = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let mut modules = artifacts.filter_map(|message: Value| {
        let is_it = message["target"]["name"].as_str()?.replace('-', "_") == package.replace('-', "_");
        let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        files.filter(|_| is_it).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
    });
    modules.next().with_context(|| format!("cargo built no module for {package}"))
}
