//! Finds the policy module that `oke-vn` embeds, or builds it.
//!
//! The command line must run the module that is shipped, and `cargo install --path cli` or a plain `cargo test`
//! must not need a step before it. So the module is built here, unless OKE_VN_POLICY_WASM names one.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const PACKAGE: &str = "oke-virtual-nodes-policy";
const TARGET: &str = "wasm32-wasip1";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=OKE_VN_POLICY_WASM");
    let module = match env::var_os("OKE_VN_POLICY_WASM") {
        Some(path) => {
            let path =
                fs::canonicalize(&path).map_err(|error| format!("OKE_VN_POLICY_WASM={}: {error}", path.display()))?;
            println!("cargo::rerun-if-changed={}", path.display());
            path
        }
        None => build()?,
    };
    println!("cargo::rustc-env=OKE_VN_EMBEDDED_POLICY={}", module.display());
    Ok(())
}

fn build() -> Result<PathBuf, Box<dyn Error>> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    // Everything that goes into the module, and nothing else: the build is not free.
    for source in ["src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    // A target directory of its own: the one of the workspace is locked by the build that runs this.
    let target = Path::new(&env::var("OUT_DIR")?).join("policy");
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo
        .current_dir(&workspace)
        .args(["build", "--release", "--locked", "--lib", "--package", PACKAGE, "--target", TARGET])
        .arg("--target-dir")
        .arg(&target);
    // Flags and wrappers that are meant for the host are wrong for the module, which is the same wherever it is built.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if matches!(&*text, "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_TARGET" | "RUSTC_WORKSPACE_WRAPPER")
            || text.starts_with("CARGO_PROFILE_")
        {
            cargo.env_remove(&name);
        }
    }
    let status = cargo.status().map_err(|error| format!("cannot start cargo to build the policy: {error}"))?;
    if !status.success() {
        return Err(format!(
            "the policy did not build for {TARGET}; if the target is missing, `rustup target add {TARGET}` installs it"
        )
        .into());
    }
    Ok(target.join(TARGET).join("release").join(format!("{}.wasm", PACKAGE.replace('-', "_"))))
}
