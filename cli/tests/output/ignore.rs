//! Ignore comments and entries: what they cover, and which of them need a look.

use chrono::NaiveDate;
use oke_vn::output::config;
use oke_vn::output::ignore::{Ignores, Run};
use oke_vn::output::model::*;

use crate::sample::{Row, object};

const RULES: [&str; 4] = ["host-pid", "host-port", "missing-resources", "volume-type"];

const MANIFEST: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - name: web
          ports:
            - hostPort: 80
        - name: sidecar
          ports: [{hostPort: 81}]
      volumes:
        - name: logs
          hostPath: {path: /var/log}
";

/// The findings in the manifest, with their lines there.
const FINDINGS: [(&str, &str); 5] = [
    ("host-pid", "hostPID"),
    ("host-port", "hostPort: 80"),
    ("host-port", "hostPort: 81"),
    ("missing-resources", "name: sidecar"),
    ("volume-type", "hostPath"),
];

/// A text in which these lines of the manifest have a comment, above them or at their end.
fn commented(comments: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for line in MANIFEST.lines() {
        for (at, comment) in comments.iter().filter(|(at, _)| line.contains(at.trim_start_matches('^'))) {
            if at.starts_with('^') {
                let indent = &line[..line.len() - line.trim_start().len()];
                out += &format!("{indent}# oke-vn: {comment}\n");
            }
        }
        out += line;
        if let Some((_, comment)) = comments.iter().find(|(at, _)| !at.starts_with('^') && line.contains(at)) {
            out += &format!("  # oke-vn: {comment}");
        }
        out.push('\n');
    }
    out
}

fn report(text: &str) -> Report {
    let mut report = Report::new(Settings::default());
    let rows: Vec<Row> = FINDINGS
        .iter()
        .filter_map(|(rule, word)| {
            let line = text.lines().position(|line| line.contains(word))? + 1;
            Some(Row(rule, Level::Deny, "spec.template.spec", line, None, Fix::Manual))
        })
        .collect();
    let start = text.lines().position(|line| line.starts_with("apiVersion")).unwrap_or_default() + 1;
    report.objects.push(object("Deployment", "shop/web", ("shop/web.yaml", start), &rows));
    report.finish();
    report
}

fn run(today: &str) -> Run<'static> {
    Run { today: today.parse::<NaiveDate>().unwrap(), unchecked: &[], complete: true }
}

/// What is left, and what is said of the ignores.
fn outcome(text: &str, ignores: Option<Ignores>, run: &Run<'_>) -> (Vec<usize>, Vec<String>) {
    let mut report = report(text);
    let mut ignores = ignores.unwrap_or_default();
    ignores.read_comments("shop/web.yaml", text, 1, &RULES);
    ignores.apply(&mut report, run);
    let left =
        report.findings().enumerate().filter(|(_, (_, finding))| finding.exempt.is_none()).map(|(index, _)| index);
    let place = |problem: &IgnoreProblem| {
        format!("{}:{}: {}", problem.location.line.unwrap(), problem.location.column.unwrap(), problem.problem)
    };
    (left.collect(), report.ignores.iter().map(place).collect())
}

fn with_comments(comments: &[(&str, &str)]) -> (Vec<usize>, Vec<String>) {
    outcome(&commented(comments), None, &run("2026-11-28"))
}

fn with_entries(entries: &str, run: &Run<'_>) -> (Vec<usize>, Vec<String>) {
    let loaded = config::read(&format!("ignore:\n{entries}"), ".oke-vn.yaml", &RULES).unwrap();
    outcome(MANIFEST, Some(Ignores { entries: loaded.ignore, ..Ignores::default() }), run)
}

#[test]
fn a_comment_covers_its_field() {
    let none: Vec<String> = Vec::new();
    assert_eq!(with_comments(&[]), (vec![0, 1, 2, 3, 4], none.clone()));
    assert_eq!(with_comments(&[("hostPID", "ignore host-pid - a reason")]), (vec![1, 2, 3, 4], none.clone()));
    assert_eq!(with_comments(&[("^hostPID", "ignore host-pid - a reason")]), (vec![1, 2, 3, 4], none.clone()));
    assert_eq!(with_comments(&[("hostPort: 81", "ignore host-port \u{2014} a reason")]), (vec![0, 1, 3, 4], none));
}

#[test]
fn a_comment_covers_everything_inside_of_its_field() {
    let none: Vec<String> = Vec::new();
    let entry = with_comments(&[("^name: sidecar", "ignore host-port, missing-resources - a reason")]);
    assert_eq!(entry, (vec![0, 1, 4], none.clone()), "the entry of the list, and not only its first field");
    let entry = with_comments(&[("- name: sidecar", "ignore host-port missing-resources - a reason")]);
    assert_eq!(entry, (vec![0, 1, 4], none.clone()));
    let list = with_comments(&[("containers:", "ignore host-port - a reason")]);
    assert_eq!(list, (vec![0, 3, 4], none.clone()));
    // The first field of a map is not the map.
    let first = with_comments(&[("^hostPID", "ignore host-port - a reason")]);
    assert_eq!(first.0, [0, 1, 2, 3, 4]);
    let above = with_comments(&[("^apiVersion", "ignore host-port, host-pid - a reason")]);
    assert_eq!(above, (vec![3, 4], none.clone()), "the object");
    let behind = with_comments(&[("apiVersion", "ignore host-port, host-pid - a reason")]);
    assert_eq!(behind, (vec![3, 4], none), "the object too");
}

#[test]
fn several_comments_may_stand_together() {
    let (left, problems) = with_comments(&[
        ("^hostPID", "ignore host-pid - one"),
        ("^hostPID", "ignore host-port - two"),
        ("hostPort: 80", "ignore host-port - x"),
    ]);
    assert_eq!(left, [2, 3, 4]);
    assert_eq!(problems, ["8:7: nothing is left to ignore for host-port: remove it"]);
}

#[test]
fn a_comment_covers_no_other_document() {
    let text = format!("# oke-vn: ignore host-pid - a reason\nkind: A\n---\n{MANIFEST}");
    assert_eq!(outcome(&text, None, &run("2026-11-28")).0, [0, 1, 2, 3, 4]);
    let text = format!("kind: A\n# oke-vn: ignore host-pid - a reason\n---\n{MANIFEST}");
    let (left, problems) = outcome(&text, None, &run("2026-11-28"));
    assert_eq!(left, [0, 1, 2, 3, 4]);
    assert_eq!(problems, ["2:1: the comment stands above no field; put it above the field or at the end of its line"]);
    let text = format!("kind: A\n---\n# oke-vn: ignore host-pid - a reason\n\n# another\n{MANIFEST}");
    assert_eq!(outcome(&text, None, &run("2026-11-28")), (vec![1, 2, 3, 4], Vec::new()));
    let text = format!("{MANIFEST}# oke-vn: ignore host-pid - a reason\n");
    assert_eq!(outcome(&text, None, &run("2026-11-28")).0.len(), 5);
}

#[test]
fn a_string_is_no_comment() {
    for value in [
        "|\n              # oke-vn: ignore volume-type - in a script\n              echo\n",
        ">\n              echo\n              # oke-vn: ignore volume-type - in a script\n",
        "\"a # oke-vn: ignore volume-type - x\"\n",
        "'a\n\n              # oke-vn: ignore volume-type - x'\n",
    ] {
        let text = MANIFEST.replace("{path: /var/log}\n", &format!("\n            path: {value}"));
        assert!(oke_vn::output::outline::Outline::read(&text, 1, "").is_some(), "it is YAML: {text}");
        let (left, problems) = outcome(&text, None, &run("2026-11-28"));
        assert_eq!((left.len(), problems.len()), (5, 0), "{value}");
    }
    // What a block's header covers ends with the block.
    let text = MANIFEST
        .replace("hostPID: true", "subdomain: |  # oke-vn: ignore host-pid - x\n        a\n      hostPID: true");
    let (left, problems) = outcome(&text, None, &run("2026-11-28"));
    assert_eq!((left.len(), problems), (5, vec!["7:21: nothing is left to ignore for host-pid: remove it".to_owned()]));
    // At the head of a block, and below a block that is indented more.
    let text = MANIFEST.replace(
        "{path: /var/log}",
        "  # oke-vn: ignore volume-type - x\n            path: |  # oke-vn: ignore host-pid - y\n              /var",
    );
    let (left, problems) = outcome(&text, None, &run("2026-11-28"));
    assert_eq!(left, [0, 1, 2, 3]);
    assert_eq!(problems, ["17:22: nothing is left to ignore for host-pid: remove it"]);
    let text = MANIFEST
        .replace("hostPID: true", "subdomain: |\n        a\n      # oke-vn: ignore host-pid - x\n      hostPID: true");
    assert_eq!(outcome(&text, None, &run("2026-11-28")), (vec![1, 2, 3, 4], Vec::new()));
}

#[test]
fn a_wrong_comment_is_named_and_ignores_nothing() {
    let form = "write `# oke-vn: ignore <rule> - <reason>`";
    for (comment, problem) in [
        ("ignore host-pid", format!("the comment gives no reason; {form}")),
        ("ignore host-pid -", format!("the comment gives no reason; {form}")),
        ("ignore - a reason", format!("the comment names no rule; {form}")),
        ("ignored host-pid - x", format!("the comment isn't understood; {form}")),
        ("skip host-pid - x", format!("the comment isn't understood; {form}")),
        ("ignore host-pdi - x", "unknown rule `host-pdi`; did you mean `host-pid`?".to_owned()),
        ("ignore nonsense - x", "unknown rule `nonsense`; `oke-vn explain` lists all of them".to_owned()),
    ] {
        let (left, problems) = with_comments(&[("hostPID", comment)]);
        assert_eq!(left.len(), 5, "{comment}");
        assert_eq!(problems, [format!("7:22: {problem}")], "{comment}");
    }
    let other = outcome(&MANIFEST.replace("true", "true # see oke-vn: it finds this"), None, &run("2026-11-28"));
    assert_eq!(other, (vec![0, 1, 2, 3, 4], Vec::new()), "a sentence");
}

#[test]
fn lines_count_from_where_the_text_starts() {
    let text = commented(&[("hostPID", "ignore host-pid - x"), ("hostPath", "ignore host-pid - y")]);
    let mut ignores = Ignores::default();
    ignores.read_comments("a.yaml", &text, 101, &RULES);
    let lines: Vec<_> = ignores.comments.iter().map(|comment| (comment.location.line, comment.lines)).collect();
    assert_eq!(lines, [(Some(107), (107, 107)), (Some(116), (116, 116))]);
}

#[test]
fn what_is_no_yaml_has_no_comments() {
    let mut ignores = Ignores::default();
    ignores.read_comments("a.yaml", "a: [\n# oke-vn: ignore host-pid - x\n", 1, &RULES);
    ignores.read_comments("a.yaml", "{{- if .x }} # oke-vn: ignore host-pid - x\na: b\n", 1, &RULES);
    assert!(ignores.comments.is_empty() && ignores.problems.is_empty());
}

#[test]
fn an_entry_covers_rules_in_files_and_objects() {
    let today = run("2026-11-28");
    let left = |entry: &str| with_entries(entry, &today).0;
    assert_eq!(left("  - {rules: [host-port], reason: x}"), [0, 3, 4]);
    assert_eq!(left("  - {rules: [host-port], files: ['shop/*.yaml'], reason: x}"), [0, 3, 4]);
    assert_eq!(left("  - {rules: [host-port], files: ['*.yaml'], reason: x}").len(), 5);
    assert_eq!(left("  - {rules: [host-port], files: ['a/**', './shop/**'], reason: x}"), [0, 3, 4]);
    assert_eq!(left("  - {rules: [host-port], objects: [shop/*], reason: x}"), [0, 3, 4]);
    assert_eq!(left("  - {rules: [host-port], objects: [Deployment shop/web], reason: x}"), [0, 3, 4]);
    assert_eq!(left("  - {rules: [host-port], objects: [DaemonSet shop/web], reason: x}").len(), 5);
    assert_eq!(left("  - {rules: [host-port], files: ['shop/**'], objects: [other/*], reason: x}").len(), 5);
}

#[test]
fn an_entry_holds_until_its_day_is_over() {
    let entry = "  - {rules: [host-pid], reason: x, until: 2026-12-31}";
    assert_eq!(with_entries(entry, &run("2026-12-31")), (vec![1, 2, 3, 4], Vec::new()));
    let (left, problems) = with_entries(entry, &run("2027-01-01"));
    assert_eq!(left.len(), 5);
    assert_eq!(
        problems,
        [
            "2:5: the entry for host-pid expired after 2026-12-31, and what it ignored counts again: fix it, or give the entry a \
         later day"
        ]
    );
    let unused = "  - {rules: [host-pid], files: [none], reason: x, until: 2026-12-31}";
    assert_eq!(
        with_entries(unused, &run("2027-01-01")).1,
        ["2:5: the entry for host-pid expired after 2026-12-31, and nothing is left that it would ignore: remove it"]
    );
}

#[test]
fn what_is_unused_is_named_where_that_can_be_known() {
    let entry = "  - {rules: [host-pid], files: [none.yaml], reason: x}";
    let unused = ["2:5: nothing is left to ignore for host-pid: remove it".to_owned()];
    let today = run("2026-11-28");
    assert_eq!(with_entries(entry, &today).1, unused);
    assert!(with_entries(entry, &Run { complete: false, ..today }).1.is_empty(), "not everything was looked at");
    let unchecked = ["host-pid".to_owned()];
    assert!(with_entries(entry, &Run { unchecked: &unchecked, ..today }).1.is_empty(), "the rule is off");
}

#[test]
fn what_is_exempt_already_needs_no_ignore() {
    let text = commented(&[("hostPID", "ignore host-pid - x")]);
    let mut report = report(&text);
    report.objects[0].findings[0].exempt = Some(Exemption { by: ExemptBy::Settings, reason: None });
    let mut ignores = Ignores::default();
    ignores.read_comments("shop/web.yaml", &text, 1, &RULES);
    ignores.apply(&mut report, &run("2026-11-28"));
    assert_eq!(report.ignores.len(), 1);
    assert_eq!(report.objects[0].findings[0].exempt.as_ref().unwrap().by, ExemptBy::Settings);
}

#[test]
fn ignored_findings_are_exempt() {
    let text = commented(&[("hostPID", "ignore host-pid - runs on managed nodes")]);
    let mut report = report(&text);
    report.objects[0].findings.truncate(1);
    let mut ignores = Ignores::default();
    ignores.read_comments("shop/web.yaml", &text, 1, &RULES);
    ignores.apply(&mut report, &run("2026-11-28"));
    assert_eq!(report.objects[0].verdict, Verdict::Exempt);
    let exempt = report.objects[0].findings[0].exempt.as_ref().unwrap();
    assert_eq!((exempt.by, exempt.reason.as_deref()), (ExemptBy::Comment, Some("runs on managed nodes")));
}
