//! What people read in a terminal.

use oke_vn::output::model::*;
use oke_vn::output::summary::Counts;
use oke_vn::output::words;
use oke_vn::output::{Format, Options, Target};

use crate::sample::{self, Row, object};
use crate::{plain, render, render_with};

fn text_at(width: usize, verbose: bool) -> String {
    plain(&render_with(Format::Text, &sample::report(), Options { width, verbose, ..Options::default() }))
}

#[test]
fn a_finding_begins_with_its_place() {
    let text = text_at(100, false);
    let findings = text.lines().filter(|line| line.contains(": deny ") || line.contains(": warn "));
    let places: Vec<&str> = findings.map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places.len(), 9);
    for place in places {
        let parts: Vec<&str> = place.split(':').collect();
        assert!(parts.len() == 3 && parts[1..].iter().all(|part| part.parse::<usize>().is_ok()), "{place}");
    }
    assert!(text.contains("\nshop/web.yaml:24:7: deny requests-equal-limits\n"));
}

#[test]
fn lines_are_no_wider_than_the_terminal() {
    for width in [60, 80, 100, 200] {
        for line in text_at(width, true).lines() {
            // A word that is longer than the line stands whole.
            let longest = line.split(' ').map(str::len).max().unwrap_or_default();
            assert!(line.chars().count() <= width.max(longest + 8), "{width}: {line}");
        }
    }
    assert!(text_at(60, false).lines().count() > text_at(200, false).lines().count());
    assert_eq!([words::width(0), words::width(59), words::width(72), words::width(500)], [60, 60, 72, 200]);
}

#[test]
fn a_table_that_is_too_wide_becomes_a_list() {
    assert!(text_at(200, false).contains(
        "\nNamespace   workloads  as they are  after --fix  by hand  set aside  not known  denied  warned\n"
    ));
    assert!(
        text_at(60, false)
            .contains("\nshop: 6 workloads, 4 as they are, 1 after --fix, 1 set\n    aside, 2 denied, 1 warned\n"),
        "{}",
        text_at(60, false)
    );
}

#[test]
fn a_path_is_never_cut() {
    let path = format!("spec.template.spec.containers[0].{}", "x".repeat(120));
    let mut report = sample::report();
    report.objects[0].findings[0].path.clone_from(&path);
    let text = plain(&render_with(Format::Text, &report, Options { width: 60, ..Options::default() }));
    assert!(text.lines().any(|line| line.trim() == path));
}

#[test]
fn the_last_sentence_says_all_counts() {
    let sentence = Counts::of(&sample::report()).sentence();
    assert!(text_at(200, false).trim_end().ends_with(&sentence));
    assert_eq!(plain(&render(Format::Compact, &sample::report())).lines().last().unwrap(), sentence);
    assert_eq!(render(Format::Github, &sample::report()).lines().last().unwrap(), sentence);
}

#[test]
fn nobody_is_told_to_do_what_is_done() {
    let text = text_at(100, false);
    let block = text.split("\n\n").find(|block| block.starts_with("StatefulSet shop/queue: fixed")).unwrap();
    assert!(block.contains("-> spec.template.spec.terminationGracePeriodSeconds removed"));
    assert!(!block.contains("remove terminationGracePeriodSeconds"));
    assert!(!text.contains("CronJob shop/backup"), "it is exempt");
    let all = text_at(100, true);
    assert!(all.contains("exempt by a comment: runs on managed nodes until March"));
    assert!(all.contains("the policy fixes it at admission, with these settings"));
}

#[test]
fn examples_are_five_unless_all_are_asked_for() {
    assert!(text_at(100, false).contains("charts/values-5.yaml\n    and 2 more\n"));
    assert!(text_at(100, true).contains("charts/values-7.yaml\n\n"));
}

#[test]
fn what_the_baseline_has_is_counted() {
    let mut report = sample::report();
    for object in &mut report.objects {
        for finding in object.findings.iter_mut().filter(|finding| finding.rule == "host-port") {
            finding.baseline = Some(BaselineState::Known);
        }
    }
    let text = plain(&render(Format::Text, &report));
    assert!(text.contains("2 findings are in the baseline and are not listed."));
    assert!(!text.contains(": deny host-port"));
    assert!(!plain(&render(Format::Compact, &report)).contains("host-port"));
}

#[test]
fn a_compact_finding_is_one_line() {
    let text = plain(&render(Format::Compact, &sample::report()));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 9 + 1 + 1, "findings, unreadable, counts");
    assert_eq!(
        lines[0],
        "shop/web.yaml:24:7: deny requests-equal-limits Deployment shop/web, \
         spec.template.spec.containers[0].resources.requests.cpu: container \"web\" requests 100m of cpu and limits it to \
         200m; make request and limit equal"
    );
    assert_eq!(
        lines[9],
        "shop/broken.yaml:14:3: unreadable did not find expected key; while parsing a block mapping that starts in line 12"
    );
}

#[test]
fn an_object_of_a_cluster_has_a_place_too() {
    let mut report = Report::new(Settings::default());
    let mut web =
        object("Deployment", "shop/web", ("", 1), &[Row("host-pid", Level::Deny, "spec", 1, None, Fix::Manual)]);
    (web.cluster, web.location) = (Some("prod".to_owned()), Location::default());
    web.findings[0].location = Location::default();
    report.objects.push(web);
    report.unseen.push(Unseen {
        cluster: "prod".to_owned(),
        request: "list cronjobs.batch".to_owned(),
        reason: "forbidden: the account lacks the verb list".to_owned(),
    });
    report.finish();
    let text = plain(&render(Format::Text, &report));
    assert!(text.contains("\nprod/shop/Deployment/web: deny host-pid\n"), "{text}");
    assert!(text.contains("prod: cannot list cronjobs.batch: forbidden"));
    assert!(text.contains("Of what could be seen: 1 object: 1 denied"));
}

#[test]
fn words_for_numbers_and_lists() {
    assert_eq!([1, 999, 1000, 1_234_567].map(words::number), ["1", "999", "1,000", "1,234,567"]);
    assert_eq!([words::plural(1, "object"), words::plural(2000, "object")], ["1 object", "2,000 objects"]);
    let items = ["a", "b", "c"].map(str::to_owned);
    assert_eq!([0, 1, 2, 3].map(|count| words::list(&items[..count], "or")), ["", "a", "a or b", "a, b or c"]);
}

#[test]
fn a_target_is_a_format_and_perhaps_a_file() {
    let target = |text: &str| text.parse::<Target>().map(|target| (target.format, target.file));
    assert_eq!(target("sarif"), Ok((Format::Sarif, None)));
    assert_eq!(target("html=out/a=b.html"), Ok((Format::Html, Some("out/a=b.html".into()))));
    assert_eq!(target("htlm"), Err("there is no format `htlm`; did you mean `html`?".to_owned()));
    assert!(target("pdf").unwrap_err().starts_with("there is no format `pdf`; there are text, compact, json"));
    assert_eq!(target("html="), Err("`html=` names no file after `=`".to_owned()));
    for format in Format::ALL {
        assert_eq!(target(format.name()), Ok((format, None)));
    }
}
