//! Counts add up, and the last sentence says all of them.

use oke_vn::output::model::*;
use oke_vn::output::summary::{self, Counts, FailOn, GroupBy, Progress, Readiness};

use crate::sample::{self, Row, finding, object};

const VERDICTS: [Verdict; 9] = [
    Verdict::Denied,
    Verdict::Warned,
    Verdict::Clean,
    Verdict::Exempt,
    Verdict::Fixed,
    Verdict::StaysOnManagedNodes,
    Verdict::WithoutPods,
    Verdict::NotLookedInto,
    Verdict::NotAsked,
];

/// A report with so many objects of each verdict, and so many unreadable ones.
fn report_of(counts: [usize; 9], unreadable: usize) -> Report {
    let mut report = Report::new(Settings::default());
    for (verdict, count) in VERDICTS.into_iter().zip(counts) {
        for number in 0..count {
            let mut object = object("Deployment", &format!("a/{number}"), ("a.yaml", 1), &[]);
            object.verdict = verdict;
            report.objects.push(object);
        }
    }
    let entry = Unreadable { location: Location::new("b.yaml", 1, 1), object: None, reason: "cut off".to_owned() };
    report.unreadable = vec![entry; unreadable];
    report
}

#[test]
fn every_object_is_in_one_count() {
    for seed in 0..200_usize {
        let counts: [usize; 9] = std::array::from_fn(|index| (seed * 7 + index * seed) % 5);
        let report = report_of(counts, seed % 4);
        let counted = Counts::of(&report);
        assert_eq!(counted.objects, counts.iter().sum::<usize>());
        assert_eq!(counted.named().iter().map(|(count, _)| count).sum::<usize>(), counted.objects);
        assert_eq!(counted.named().map(|(count, _)| count)[..9], {
            let [denied, warned, clean, exempt, fixed, stays, without, unknown, not_asked] = counts;
            [denied, warned, clean, exempt, fixed, stays, without, unknown, not_asked]
        });
    }
}

#[test]
fn the_sentence_names_every_count() {
    for seed in 0..200_usize {
        let counts: [usize; 9] = std::array::from_fn(|index| if (seed >> index) & 1 == 1 { index + 2 } else { 0 });
        let counted = Counts::of(&report_of(counts, seed % 2));
        let sentence = counted.sentence();
        let (told, none) = sentence.split_once("; none ").unwrap_or((sentence.as_str(), ""));
        for (index, (count, name)) in counted.named().iter().enumerate() {
            if *count > 0 || index < 3 {
                assert!(told.contains(&format!(" {count} {name}")), "{name} in {sentence}");
            } else {
                assert!(none.contains(name), "{name} in {sentence}");
            }
        }
    }
}

#[test]
fn the_sentence_reads_well() {
    assert_eq!(
        Counts::of(&report_of([0; 9], 0)).sentence(),
        "0 objects: 0 denied, 0 warned, 0 clean; none exempt, fixed, staying on managed nodes, without pods, not looked \
         into, not asked about or unreadable."
    );
    assert_eq!(
        Counts::of(&report_of([1, 0, 1435, 0, 0, 0, 0, 0, 0], 1)).sentence(),
        "1,436 objects: 1 denied, 0 warned, 1,435 clean; none exempt, fixed, staying on managed nodes, \
         without pods, not looked into or not asked about; 1 unreadable."
    );
    assert_eq!(
        Counts::of(&sample::report()).sentence(),
        "14 objects, and 3 counted with their owners: 3 denied, 1 warned, 2 clean, 1 exempt, 2 fixed, 1 staying on \
         managed nodes, 1 without pods, 2 not looked into, 1 not asked about; 1 unreadable."
    );
}

#[test]
fn findings_decide_what_is_judged() {
    let row = |level, fix| Row("host-pid", level, "spec.hostPID", 2, None, fix);
    let verdict = |rows: &[Row], exempt: bool| {
        let mut object = object("Pod", "a/b", ("a.yaml", 1), rows);
        if exempt {
            object.findings[0].exempt = Some(Exemption { by: ExemptBy::Settings, reason: None });
        }
        object.settle();
        object.verdict
    };
    let (deny, warn) = (row(Level::Deny, Fix::Manual), row(Level::Warn, Fix::Available));
    let (made, admission) = (row(Level::Deny, Fix::Made), row(Level::Deny, Fix::Admission));
    assert_eq!(verdict(&[], false), Verdict::Clean);
    assert_eq!(verdict(&[warn], false), Verdict::Warned);
    assert_eq!(verdict(&[row(Level::Warn, Fix::Manual), deny], false), Verdict::Denied);
    assert_eq!(verdict(&[made], false), Verdict::Fixed);
    assert_eq!(verdict(&[admission], false), Verdict::Fixed);
    assert_eq!(verdict(&[row(Level::Deny, Fix::Manual)], true), Verdict::Exempt);
    assert_eq!(verdict(&[row(Level::Deny, Fix::Manual), row(Level::Warn, Fix::Manual)], true), Verdict::Warned);
    assert_eq!(verdict(&[row(Level::Deny, Fix::Available)], false), Verdict::Denied);
}

#[test]
fn what_was_not_judged_keeps_its_verdict() {
    for verdict in VERDICTS.into_iter().filter(|verdict| !verdict.is_judged()) {
        let mut object = object("Pod", "a/b", ("a.yaml", 1), &[]);
        object.verdict = verdict;
        object.settle();
        assert_eq!(object.verdict, verdict);
    }
}

#[test]
fn a_workload_is_ready_in_one_way() {
    let report = sample::report();
    let readiness = |name: &str| {
        let object = report.objects.iter().find(|object| object.title().ends_with(name)).unwrap();
        Readiness::of(object)
    };
    assert_eq!(readiness("Deployment shop/web"), Some(Readiness::AfterFix), "all that denies can be fixed");
    assert_eq!(readiness("node-exporter"), Some(Readiness::ByHand), "some of it cannot");
    assert_eq!(readiness("shop/mail"), Some(Readiness::AsIs), "a warning stops nothing");
    assert_eq!(readiness("shop/probe"), Some(Readiness::AsIs), "the policy fixes it");
    assert_eq!(readiness("shop/backup"), Some(Readiness::SetAside), "it is exempt");
    assert_eq!(readiness("monitoring/agent"), Some(Readiness::SetAside));
    assert_eq!(readiness("monitoring/main"), Some(Readiness::Unknown));
    assert_eq!(readiness("default-deny"), None, "no pods come from it");
    assert_eq!(readiness("coredns"), None, "the policy is not asked");
    let progress = Progress::of(&report.objects);
    assert_eq!(progress.workloads, Readiness::ALL.map(|readiness| progress.get(readiness)).iter().sum::<usize>());
    let rows = summary::groups(&report, GroupBy::Namespace);
    assert_eq!(rows.iter().map(|row| row.progress.workloads).sum::<usize>(), progress.workloads);
}

#[test]
fn workloads_are_grouped_by_label_and_cluster() {
    let mut report = Report::new(Settings::default());
    for (cluster, team) in [("one", Some("a")), ("two", Some("a")), ("two", Some("b")), ("two", None)] {
        let mut object = object("Deployment", "x/y", ("a.yaml", 1), &[]);
        (object.cluster, object.group) = (Some(cluster.to_owned()), team.map(str::to_owned));
        report.objects.push(object);
    }
    let titles = |by| summary::groups(&report, by).iter().map(summary::GroupRow::title).collect::<Vec<_>>();
    assert_eq!(titles(GroupBy::Label), ["one/a", "two/(none)", "two/a", "two/b"]);
    assert_eq!(titles(GroupBy::Namespace), ["one/x", "two/x"]);
}

#[test]
fn the_headline_says_what_stands_in_the_way() {
    assert_eq!(
        summary::headline(&sample::report()),
        "Of 9 workloads that could be seen in 2 namespaces, 4 can move to virtual nodes as they are, 1 after a mechanical \
         fix, 1 only after somebody decides what to change, 2 stay on managed nodes or are exempt and 1 could not be looked \
         into. Most often in the way: host-port (2 workloads), daemonset (1 workload) and host-pid (1 workload)."
    );
    let mut report = Report::new(Settings::default());
    assert_eq!(summary::headline(&report), "There is no workload among the objects.");
    report.objects.push(object("Deployment", "a/b", ("a.yaml", 1), &[]));
    assert_eq!(
        summary::headline(&report),
        "Of 1 workload in 1 namespace, 1 can move to virtual nodes as it is, 0 after a mechanical fix and 0 only after \
         somebody decides what to change."
    );
}

#[test]
fn the_rule_that_denies_most_objects_comes_first() {
    let rows = summary::rules(&sample::report());
    let first = &rows[0];
    assert_eq!((first.rule.as_str(), first.objects, first.denied, first.fixable), ("host-port", 2, 2, 2));
    assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.objects)));
}

#[test]
fn a_check_fails_on_what_is_new_and_serious() {
    let fails = |finding: Finding| {
        let mut report = report_of([0, 0, 1, 0, 0, 0, 0, 0, 0], 0);
        report.objects[0].findings.push(finding);
        report.finish();
        [FailOn::Deny, FailOn::Warn, FailOn::Never].map(|on| summary::fails(&report, on))
    };
    let make = |level, fix| finding(Some("a.yaml"), &Row("host-pid", level, "spec.hostPID", 2, None, fix));
    assert_eq!(fails(make(Level::Deny, Fix::Available)), [true, true, false]);
    assert_eq!(fails(make(Level::Warn, Fix::Manual)), [false, true, false]);
    assert_eq!(fails(make(Level::Deny, Fix::Made)), [false; 3]);
    assert_eq!(fails(Finding { baseline: Some(BaselineState::Known), ..make(Level::Deny, Fix::Manual) }), [false; 3]);
    let exempt = Some(Exemption { by: ExemptBy::Config, reason: None });
    assert_eq!(fails(Finding { exempt, ..make(Level::Deny, Fix::Manual) }), [false; 3]);
}

#[test]
fn a_report_is_incomplete_where_something_is_missing() {
    let clean = report_of([0, 0, 1, 0, 0, 0, 0, 0, 0], 0);
    assert!(!summary::is_incomplete(&clean));
    assert!(summary::is_incomplete(&report_of([0, 0, 1, 0, 0, 0, 0, 0, 0], 1)));
    assert!(summary::is_incomplete(&report_of([0; 9], 0)), "nothing was judged");
    let unseen = Unseen { cluster: "prod".to_owned(), request: "list pods".to_owned(), reason: "forbidden".to_owned() };
    assert!(summary::is_incomplete(&Report { unseen: vec![unseen], ..clean }));
}

#[test]
fn kinds_that_were_not_looked_into_are_counted_by_kind() {
    let kinds = summary::unknown_kinds(&sample::report());
    let told: Vec<_> =
        kinds.iter().map(|kind| (kind.kind.as_str(), kind.count, kind.did_you_mean.as_deref())).collect();
    assert_eq!(told, [("Depoyment", 1, Some("Deployment")), ("Prometheus", 1, None)]);
}
