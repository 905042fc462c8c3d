//! The layers of the policy: a module uses only modules below it, and no two modules of the command line use each other in
//! a circle. Read from the bottom, the code never uses what has not been read yet.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{assert_nothing, rust_files};

/// The modules of `src/`, from the bottom to the top. Those of one layer do not use each other.
const FLOORS: [&[&str]; 8] =
    [&["document"], &["kubernetes"], &["lint"], &["config"], &["cluster"], &["check"], &["rules", "review"], &["lib"]];

/// A file names a module other than its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    file: String,
    from: String,
    to: String,
    /// What it names: the module itself, or a macro or item that belongs to it.
    name: String,
}

fn arrow(file: &str, from: &str, to: &str, name: &str) -> Arrow {
    Arrow { file: file.to_owned(), from: from.to_owned(), to: to.to_owned(), name: name.to_owned() }
}

/// The module of a file, as a path from the root of its crate: `a/b.rs` and `a/b/mod.rs` are `a`, `b`.
fn module_of(file: &str) -> Vec<&str> {
    let mut steps: Vec<_> = file.trim_end_matches(".rs").split('/').collect();
    if steps.last() == Some(&"mod") {
        steps.pop();
    }
    steps
}

/// The arrows between the modules of a crate, whose files are given with their paths below its `src/` and their text.
fn arrows(files: &[(String, String)]) -> BTreeSet<Arrow> {
    let modules: BTreeSet<_> = files.iter().map(|(file, _)| module_of(file)[0]).collect();
    let files: Vec<_> = files.iter().map(|(file, text)| (file, module_of(file), code_of(text))).collect();
    // An exported macro stands at the root, wherever it is written.
    let macros: BTreeMap<_, _> =
        files.iter().flat_map(|(_, own, code)| macros_of(code).into_iter().map(|name| (name, own[0]))).collect();
    let owner = |name: &str| *macros.get(name).unwrap_or(&"lib");
    let mut arrows = BTreeSet::new();
    for (file, own, code) in &files {
        let from_root = paths_after(code, "crate::").into_iter().map(|name| {
            // What is neither a module nor a macro is an item of the root.
            let to = if modules.contains(name.as_str()) { name.clone() } else { owner(&name).to_owned() };
            (to, name)
        });
        // As many steps up as the module is deep lead to the root as well. A module inside of a file is deeper than that.
        let up = paths_after(code, &"super::".repeat(own.len()));
        let up = up.into_iter().filter(|name| modules.contains(name.as_str())).map(|name| (name.clone(), name));
        let others = from_root.chain(up).filter(|(to, _)| to != own[0]);
        arrows.extend(others.map(|(to, name)| arrow(file, own[0], &to, &name)));
    }
    arrows
}

/// The macros that a file exports.
fn macros_of(code: &str) -> Vec<String> {
    let exported = code.split("#[macro_export]").skip(1);
    exported.filter_map(|code| name_at(code.split_once("macro_rules!")?.1)).collect()
}

/// The first name after each `prefix`; each of them, where a list in braces follows.
fn paths_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (start, _) in code.match_indices(prefix) {
        let is_part_of_name = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == ':';
        if code[..start].ends_with(is_part_of_name) {
            continue;
        }
        let rest = code[start + prefix.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(list) => names.extend(entries(list).into_iter().filter_map(name_at)),
            None => names.extend(name_at(rest)),
        }
    }
    names
}

/// The name with which a path begins, or the star for all names.
fn name_at(path: &str) -> Option<String> {
    let path = path.trim_start();
    if path.starts_with('*') {
        return Some("*".to_owned());
    }
    let end = path.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(path.len());
    (end > 0 && !matches!(&path[..end], "super" | "self")).then(|| path[..end].to_owned())
}

/// The entries of a list whose opening brace is left out, as far as its closing one.
fn entries(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut entries) = (0, 0, Vec::new());
    for (index, char) in list.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                entries.push(&list[start..index]);
                start = index + 1;
                if char == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    entries
}

/// Rust code without its comments, strings and characters.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hashes = rest.strip_prefix('r').map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
        let is_raw =
            rest.starts_with('r') && rest[1 + hashes..].starts_with('"') && !code.ends_with(char::is_alphanumeric);
        let end = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 2)
        } else if is_raw {
            let close = format!("\"{}", "#".repeat(hashes));
            rest[2 + hashes..].find(&close).map(|end| 2 + hashes + end + close.len())
        } else if first == '"' {
            end_of_quoted(rest, '"')
        } else if first == '\'' && (rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'')) {
            end_of_quoted(rest, '\'')
        } else {
            code.push(first);
            Some(first.len_utf8())
        };
        rest = end.map_or("", |end| &rest[end..]);
    }
    code
}

/// The end of what is quoted at the beginning of a text.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().skip(1).find_map(|(index, char)| {
        let is_end = char == quote && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
        is_end.then_some(index + 1)
    })
}

/// The arrows that do not go down.
fn not_down(arrows: &BTreeSet<Arrow>) -> Vec<String> {
    let floor = |module: &str| FLOORS.iter().position(|floor| floor.contains(&module));
    let mut wrong = Vec::new();
    for Arrow { file, from, to, name } in arrows {
        match (floor(from), floor(to)) {
            (Some(of_from), Some(of_to)) if of_to < of_from => {}
            (Some(of_from), Some(of_to)) if of_to > of_from => wrong.push(format!("{file}: {name} is above {from}")),
            (Some(_), Some(_)) => wrong.push(format!("{file}: {name} is beside {from}")),
            (None, _) => wrong.push(format!("{file}: {from} has no floor")),
            (_, None) => wrong.push(format!("{file}: {name} has no floor")),
        }
    }
    wrong
}

/// Modules each of which names the next one, from one of them back to itself; empty where there is no such circle.
fn circle(arrows: &BTreeSet<Arrow>) -> Vec<&str> {
    let mut to: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        to.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    // Whoever names nothing that is left is in no circle.
    loop {
        let left: BTreeSet<_> = to.keys().copied().collect();
        let before = to.len();
        to.retain(|_, named| {
            named.retain(|name| left.contains(name));
            !named.is_empty()
        });
        if to.len() == before {
            break;
        }
    }
    let mut way: Vec<&str> = to.keys().take(1).copied().collect();
    while let Some(next) = way.last().and_then(|last| to.get(last)).and_then(BTreeSet::first) {
        if let Some(start) = way.iter().position(|name| name == next) {
            way.push(next);
            return way.split_off(start);
        }
        way.push(next);
    }
    way
}

/// The files below a `src/` of the repository.
fn files(directory: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let relative = |path: &Path| {
        let path = path.strip_prefix(&root).expect("a file below the directory");
        path.iter().map(|step| step.to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    rust_files(&root).into_iter().map(|(path, text)| (relative(&path), text)).collect()
}

#[test]
fn the_policy_uses_only_what_is_below() {
    let files = files("src");
    let modules: BTreeSet<_> = files.iter().map(|(file, _)| module_of(file)[0]).collect();
    assert_eq!(modules, FLOORS.concat().into_iter().collect(), "the modules of src/ are those of the floors");
    let arrows = arrows(&files);
    assert!(arrows.len() > 50, "{} arrows", arrows.len());
    assert_nothing(&not_down(&arrows));
}

#[test]
fn the_command_line_has_no_circle() {
    let arrows = arrows(&files("cli/src"));
    assert!(arrows.len() > 15, "{} arrows", arrows.len());
    assert_eq!(circle(&arrows), [""; 0]);
}

// The reading of arrows, on small trees.

fn tree(files: &[(&str, &str)]) -> BTreeSet<Arrow> {
    let mut tree: Vec<_> = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    // Every module is there.
    tree.extend(FLOORS.concat().into_iter().map(|module| (format!("{module}.rs"), String::new())));
    arrows(&tree)
}

#[test]
fn an_arrow_is_read_however_it_is_written() {
    let lint = ("lint/macros.rs", "#[macro_export]\n#[doc(hidden)]\nmacro_rules! declare { () => {} }");
    for (file, text) in [
        ("check/mod.rs", "use crate::lint::Rule;"),
        ("check/mod.rs", "use crate::declare;"),
        ("check/mod.rs", "crate::declare! {}"),
        ("check.rs", "pub use crate::lint;"),
        ("check/context.rs", "use crate::{\n    check::Context,\n    lint::{Level, Rule},\n};"),
        ("check/context.rs", "use crate::{check::{self, evaluate::Run}, lint::Rule};"),
        ("check/context.rs", "fn level() -> u8 { let text = \"\\\"\"; crate::lint::Level::Deny as u8 }"),
        ("check/context.rs", "const QUOTE: char = '\"'; fn name<'d>(rule: &'d crate::lint::Rule) {} // \""),
        ("check/context.rs", "const TEXT: &str = r#\"\"crate::rules\"#; use super::super::lint::Rule;"),
        ("check/mod.rs", "use super::lint::Rule;"),
        ("check/mod.rs", "macro_rules! deny { () => { $crate::lint::Level::Deny } }"),
        ("check/mod.rs", "/* crate::rules */ use crate::lint;"),
    ] {
        let name = if text.contains("declare") { "declare" } else { "lint" };
        assert_eq!(tree(&[lint, (file, text)]), [arrow(file, "check", "lint", name)].into(), "{file}: {text}");
    }
}

#[test]
fn what_is_no_arrow_is_not_read() {
    for (file, text) in [
        ("check/mod.rs", "use crate::check::context::Context;"),
        ("check/mod.rs", "//! See [`crate::rules`].\n/// And `crate::review`.\n// use crate::lib;"),
        ("check/mod.rs", "const TEXT: &str = \"crate::rules \\\" crate::review\";"),
        ("check/mod.rs", "const TEXT: &str = r##\"crate::rules \"# crate::review\"##;"),
        ("check/context.rs", "use super::evaluate; use super::rules::Own;"),
        ("check/mod.rs", "use other_crate::rules; use serde::crate_name;"),
        ("check/mod.rs", "mod tests { use super::*; use super::Context; }"),
    ] {
        assert_eq!(tree(&[(file, text)]), BTreeSet::new(), "{file}: {text}");
    }
}

#[test]
fn an_arrow_that_goes_up_or_sideways_is_told() {
    for (file, text, expected) in [
        ("document/node.rs", "use crate::kubernetes::Kind;", "document/node.rs: kubernetes is above document"),
        ("check/mod.rs", "use crate::review;", "check/mod.rs: review is above check"),
        ("rules/host_pid.rs", "use crate::review::request::Request;", "rules/host_pid.rs: review is beside rules"),
        ("review/mod.rs", "use crate::rules::RULES;", "review/mod.rs: rules is beside review"),
        ("config/mod.rs", "use crate::validate;", "config/mod.rs: validate is above config"),
        ("config/mod.rs", "use crate::*;", "config/mod.rs: * is above config"),
        ("attic/mod.rs", "use crate::lint;", "attic/mod.rs: attic has no floor"),
    ] {
        assert_eq!(not_down(&tree(&[(file, text)])), [expected], "{text}");
    }
    let down = [
        ("lib.rs", "use crate::{review, rules};"),
        ("rules/mod.rs", "use crate::check::prelude::*; use crate::document;"),
        ("kubernetes/mod.rs", "use crate::document::Shape;"),
    ];
    assert_eq!(tree(&down).len(), 5);
    assert_eq!(not_down(&tree(&down)), [""; 0]);
}

#[test]
fn a_circle_is_told() {
    let modules =
        [("a.rs", "use crate::{b, c};"), ("b.rs", "use crate::c::X;"), ("c/mod.rs", ""), ("d.rs", "use crate::a;")];
    let with = |file: &str, text: &str| {
        let mut files: Vec<_> = modules.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        files.push((file.to_owned(), text.to_owned()));
        arrows(&files)
    };
    assert_eq!(circle(&with("c/inner.rs", "")), [""; 0]);
    assert_eq!(circle(&with("c/inner.rs", "use super::super::b;")), ["b", "c", "b"]);
    assert_eq!(circle(&with("c/inner.rs", "use crate::d;")), ["a", "b", "c", "d", "a"]);
}
