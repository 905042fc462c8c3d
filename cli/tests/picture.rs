//! The picture of a report, `docs/images/report.svg`: what the program prints on a terminal, as SVG.
//!
//! `make picture` draws it anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use anstyle_svg::{Term, WIN10_CONSOLE};

/// The command line that is shown, in the directory of the manifests.
const ARGUMENTS: [&str; 4] = ["check", "cronjob.yaml", "good-deployment.yaml", "statefulset.yaml"];

/// The command line with what it prints, in the colours of a terminal.
fn screen(manifests: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .current_dir(manifests)
        .args(ARGUMENTS)
        .args(["--no-config", "--color", "always"])
        .env("COLUMNS", "96")
        .output()
        .expect("the program runs");
    let report = String::from_utf8(output.stdout).expect("text");
    format!("\u{1b}[1m$ oke-vn {}\u{1b}[0m\n{report}", ARGUMENTS.join(" "))
}

/// The picture: light on dark wherever it is shown, and scaled as a whole.
fn svg(screen: &str) -> String {
    let color = |red, green, blue| anstyle::RgbColor(red, green, blue).into();
    // The bright half of the colours stands for both: the other is hard to read on black.
    let mut palette = WIN10_CONSOLE;
    palette.0.copy_within(8.., 0);
    let term = Term::new().palette(palette).fg_color(color(0xd4, 0xd4, 0xd4)).bg_color(color(0x12, 0x12, 0x12));
    let svg = term.render_svg(screen);
    let size = |name: &str| {
        let (_, rest) = svg.split_once(&format!("{name}=\"")).expect("a size");
        rest.split_once("px").expect("pixels").0.to_owned()
    };
    let head = format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"A report of oke-vn\" ",
        size("width"),
        size("height")
    );
    svg.replacen("<svg ", &head, 1)
}

#[test]
fn the_picture_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = root.join("docs/images/report.svg");
    let drawn = svg(&screen(&root.join("test_data/manifests")));
    assert!(drawn.contains("denied") && drawn.contains("can move to virtual nodes"), "{drawn}");
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(root.join("docs/images")).expect("a folder");
        fs::write(&file, &drawn).expect("a file");
    }
    let shown = fs::read_to_string(&file).unwrap_or_default();
    assert!(shown == drawn, "docs/images/report.svg is not what oke-vn prints: run `make picture`");
}
