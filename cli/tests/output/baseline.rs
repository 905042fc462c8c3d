//! Baselines and differences.

use oke_vn::output::model::*;
use oke_vn::output::summary::FailOn;
use oke_vn::output::{Options, baseline, diff};

use crate::plain;
use crate::sample::{self, Row, object};

/// A report with the findings of a rule in objects, each as `file object`.
fn report(objects: &[&str]) -> Report {
    let mut report = Report::new(Settings::default());
    for (line, text) in objects.iter().enumerate() {
        let (file, name) = text.split_once(' ').unwrap();
        let row = Row("host-pid", Level::Deny, "spec.template.spec.hostPID", line + 3, None, Fix::Manual);
        report.objects.push(object("Deployment", name, (file, line + 1), &[row]));
    }
    report.finish();
    report
}

fn new(report: &Report) -> Vec<String> {
    let new = report.findings().filter(|(_, finding)| finding.baseline == Some(BaselineState::New));
    new.map(|(object, _)| format!("{} {}", object.location.file.as_deref().unwrap(), object.title())).collect()
}

#[test]
fn everything_is_known_right_after_it_was_written() {
    let mut report = sample::report();
    let baseline = baseline::of(&report);
    assert_eq!(baseline::apply(&baseline, &mut report), []);
    assert!(report.findings().all(|(_, finding)| finding.is_known() == finding.standing().is_open()));
}

#[test]
fn only_what_is_new_is_new() {
    let known = baseline::of(&report(&["a.yaml x/web", "a.yaml x/cart"]));
    let mut later = report(&["a.yaml x/mail", "a.yaml x/cart", "a.yaml x/web"]);
    assert_eq!(baseline::apply(&known, &mut later), []);
    assert_eq!(new(&later), ["a.yaml Deployment x/mail"]);
}

#[test]
fn what_has_moved_is_not_new() {
    let known = baseline::of(&report(&["a.yaml x/web"]));
    let mut later = report(&["b/c.yaml x/web"]);
    assert_eq!(baseline::apply(&known, &mut later), []);
    assert_eq!(new(&later), Vec::<String>::new());
}

#[test]
fn the_same_in_another_file_is_new_beside_what_stays() {
    let known = baseline::of(&report(&["b.yaml x/web"]));
    let mut later = report(&["a.yaml x/web", "b.yaml x/web"]);
    assert_eq!(baseline::apply(&known, &mut later), []);
    assert_eq!(new(&later), ["a.yaml Deployment x/web"]);
}

#[test]
fn a_second_one_of_the_same_is_new() {
    let one = report(&["a.yaml x/web"]);
    let two = report(&["a.yaml x/web", "a.yaml x/web"]);
    let mut later = two.clone();
    assert_eq!(baseline::apply(&baseline::of(&one), &mut later), []);
    assert_eq!(new(&later).len(), 1);
    let known = baseline::of(&two);
    assert_eq!((known.findings.len(), known.findings[0].count), (1, 2));
    let mut earlier = one;
    let gone = baseline::apply(&known, &mut earlier);
    assert_eq!(new(&earlier).len(), 0);
    assert_eq!(
        gone.iter().map(|known| (known.object.as_str(), known.count)).collect::<Vec<_>>(),
        [("apps/Deployment x/web", 1)]
    );
}

#[test]
fn a_warning_that_denies_now_is_new() {
    let mut earlier = report(&["a.yaml x/web"]);
    earlier.objects[0].findings[0].level = Level::Warn;
    let mut later = report(&["a.yaml x/web"]);
    let gone = baseline::apply(&baseline::of(&earlier), &mut later);
    assert_eq!((new(&later).len(), gone.len()), (1, 1));
}

#[test]
fn a_baseline_names_no_line() {
    let mut out = Vec::new();
    baseline::write(&baseline::of(&sample::report()), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("line") && !text.contains("column"));
    assert_eq!(baseline::read(&text), Ok(baseline::of(&sample::report())));
    let mut moved = sample::report();
    moved.objects.reverse();
    for finding in moved.objects.iter_mut().flat_map(|object| &mut object.findings) {
        finding.location.line = Some(1);
    }
    moved.finish();
    assert_eq!(baseline::of(&moved), baseline::of(&sample::report()), "sorted, and the same wherever things stand");
}

#[test]
fn what_is_no_baseline_is_refused() {
    let error = |text: &str| baseline::read(text).unwrap_err();
    assert!(error("[]").starts_with("it isn't a baseline: "));
    assert!(
        error(r#"{"schemaVersion":1,"findings":[{"rule":"a"}]}"#).contains("write a new one with `oke-vn baseline`")
    );
    assert!(error(r#"{"schemaVersion":9,"findings":[]}"#).contains("use a newer one"));
}

#[test]
fn a_difference_has_every_finding_once() {
    let (old, new) = (sample::before(), sample::report());
    let diff = diff::diff(&old, &new);
    let open = |report: &Report| report.findings().filter(|(_, finding)| finding.standing().is_open()).count();
    assert_eq!(diff.new.len() + diff.unchanged, open(&new));
    assert_eq!(diff.gone.len() + diff.unchanged, open(&old));
    assert_eq!(
        diff.new.iter().map(|entry| entry.object.as_str()).collect::<Vec<_>>(),
        ["NetworkPolicy shop/default-deny"]
    );
    assert_eq!(
        diff.gone.iter().map(|entry| entry.place.as_str()).collect::<Vec<_>>(),
        ["shop/cart.yaml:11:7", "shop/mail.yaml:16:7"]
    );
    let rows: Vec<_> =
        diff.by_namespace.iter().map(|row| (row.namespace.as_deref(), row.new, row.gone, row.unchanged)).collect();
    assert_eq!(rows, [(Some("shop"), 1, 2, 4)]);
    assert_eq!((diff.before.as_is, diff.after.as_is), (2, 4));
}

#[test]
fn nothing_changes_between_a_report_and_itself() {
    let diff = diff::diff(&sample::report(), &sample::report());
    assert_eq!((diff.new.len(), diff.gone.len(), diff.by_namespace.len()), (0, 0, 0));
    assert!(!diff::fails(&diff, FailOn::Warn));
}

#[test]
fn a_cluster_is_compared_with_its_files() {
    let files = report(&["a.yaml x/web", "a.yaml x/cart"]);
    let mut cluster = report(&["a.yaml x/web"]);
    for object in &mut cluster.objects {
        object.cluster = Some("prod".to_owned());
        object.location = Location::default();
        object.findings.iter_mut().for_each(|finding| finding.location = Location::default());
    }
    cluster.finish();
    let diff = diff::diff(&cluster, &files);
    assert_eq!((diff.unchanged, diff.new.len(), diff.gone.len()), (1, 1, 0));
}

#[test]
fn a_difference_reads_well() {
    let diff = diff::diff(&sample::before(), &sample::report());
    assert_eq!(
        diff::sentence(&diff),
        "1 finding is new, 2 gone and 8 unchanged. Workloads that can move as they are: 2 of 9 before, 4 of 9 now."
    );
    let mut out = Vec::new();
    diff::write_text(&diff, &Options::default(), &mut out).unwrap();
    let text = plain(&String::from_utf8(out).unwrap());
    assert!(text.starts_with("New\nshop/network.yaml:5:7: deny network-policy\n"), "{text}");
    assert!(text.contains("\nGone\nshop/cart.yaml:11:7: deny host-pid\n"));
    assert!(text.contains("shop             1        2          4  2 of 6 before, 4 of 6 now"), "{text}");
    assert!(diff::fails(&diff, FailOn::Deny) && !diff::fails(&diff, FailOn::Never));
}
