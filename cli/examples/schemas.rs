//! Writes the schemas of the JSON report and of `.oke-vn.yaml` into `docs/`: `cargo run -p oke-vn --example schemas`.

use std::fs;
use std::path::Path;

use oke_vn::output::{config, json};

fn main() -> std::io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    fs::write(docs.join("report.schema.json"), json::schema())?;
    fs::write(docs.join("config.schema.json"), config::schema())
}
