//! What `explain` and `--help` print: which pages, and how wide.

use std::process::{Command, Output};

/// The program on a terminal with so many columns, or in a pipe.
fn oke_vn(columns: Option<usize>, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oke-vn"));
    command.args(args).env_remove("COLUMNS").env_remove("NO_COLOR");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns.to_string());
    }
    command.output().expect("the program runs")
}

fn stdout(columns: Option<usize>, args: &[&str]) -> String {
    let output = oke_vn(columns, args);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The longest of the lines that could be shorter: those with a space behind their indentation.
fn longest(text: &str) -> usize {
    let lines = text.lines().filter(|line| line.trim().contains(' '));
    lines.map(|line| line.chars().count()).max().unwrap_or_default()
}

#[test]
fn rules_are_found_in_any_case() {
    let page = stdout(None, &["explain", "fs-group"]);
    assert!(page.starts_with("fs-group\nFinds "), "{page}");
    assert_eq!(stdout(None, &["explain", "FS-GROUP"]), page);
    assert_eq!(stdout(None, &["explain", "Fs-Group"]), page);
}

#[test]
fn several_rules_are_explained_at_once() {
    let pages = stdout(None, &["explain", "host-port", "PLACEMENT"]);
    let each = [stdout(None, &["explain", "host-port"]), stdout(None, &["explain", "placement"])];
    assert_eq!(pages, each.join("\n"));
}

#[test]
fn each_unknown_rule_is_named_with_what_was_meant() {
    let output = oke_vn(None, &["explain", "FS-GRUOP", "host-port", "nothing-like-it", "hostpid"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "{output:?}");
    let expected = "Error: unknown rule `FS-GRUOP`; did you mean `fs-group`?\nunknown rule `nothing-like-it`; `oke-vn \
                    explain` lists all of them\nunknown rule `hostpid`; did you mean `host-pid`?\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
}

#[test]
fn pages_are_as_wide_as_the_terminal() {
    let args = ["explain", "requests-equal-limits"];
    let widths = [(Some(20), 60), (Some(60), 60), (Some(80), 80), (None, 100), (Some(150), 150), (Some(900), 200)];
    for (columns, width) in widths {
        let page = stdout(columns, &args);
        // Code stays as it is.
        let longest = page.lines().filter(|line| !line.starts_with("    ")).map(longest).max().unwrap_or_default();
        assert!(longest <= width && longest > width - 15, "{columns:?}: {longest}\n{page}");
    }
    assert_eq!(stdout(Some(0), &args), stdout(None, &args));
}

#[test]
fn the_list_has_a_line_a_rule_in_a_pipe_and_fits_a_terminal() {
    let rules = oke_virtual_nodes_policy::rules::RULES;
    assert_eq!(stdout(None, &["explain"]).lines().count(), rules.len() + 1);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for width in [60, 89, 90, 120, 200] {
        let list = stdout(Some(width), &["explain"]);
        assert!(longest(&list) <= width, "{list}");
        assert!(longest(&list) > width - 15 || list.lines().count() == rules.len() + 1, "{list}");
        // A narrow one has no heading for what is below the levels.
        assert_eq!(words(&list)[5..], words(&stdout(None, &["explain"]))[if width < 90 { 6 } else { 5 }..]);
    }
}

/// Whether a sentence goes on from one line to the next.
fn goes_on(line: &str, next: &str) -> bool {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let start = line.trim_start();
    let is_prose = start.starts_with(char::is_uppercase) || start.starts_with('`') || start.starts_with("--no");
    let ends = line.is_empty() || line.ends_with(['.', ':']) || line.contains("Examples");
    is_prose && !ends && !next.is_empty() && indentation(line) == indentation(next)
}

#[test]
fn help_is_as_wide_as_the_terminal() {
    for command in
        [&["--help"][..], &["check", "--help"], &["diff", "--help"], &["baseline", "--help"], &["plan", "--help"]]
    {
        for (columns, width) in [(Some(40), 60), (Some(75), 75), (None, 100), (Some(300), 200)] {
            let help = stdout(columns, command);
            assert!(longest(&help) <= width, "{command:?} in {columns:?}:\n{help}");
            // Each line of what follows the options is as full as it can be.
            let (_, after) = help.rsplit_once("Print ").expect("the last option");
            for (line, next) in after.lines().zip(after.lines().skip(1)).filter(|(line, next)| goes_on(line, next)) {
                let word = next.split_whitespace().next().expect("a word");
                assert!(line.len() + 1 + word.len() > width, "{command:?} in {columns:?}: {line}\n{next}");
            }
        }
    }
    let lines = |columns| stdout(columns, &["check", "--help"]).lines().count();
    assert!(lines(Some(60)) > lines(None) && lines(None) > lines(Some(200)));
}
