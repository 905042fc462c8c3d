//! The formats for programs, read by programs that are not ours.

use std::collections::BTreeSet;

use oke_vn::output::model::*;
use oke_vn::output::{Format, baseline, config, diff, github, json};
use serde_json::Value;

use crate::sample::{self, Row, object};
use crate::{plain, render};

/// Sees to it that a document is what its schema says.
fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn json_of(report: &Report) -> Value {
    serde_json::from_str(&render(Format::Json, report)).unwrap()
}

#[test]
fn json_is_what_the_schema_says() {
    let schema: Value = serde_json::from_str(&json::schema()).unwrap();
    assert_valid(&schema, &json_of(&sample::report()));
    assert_valid(&schema, &json_of(&sample::before()));
    assert_valid(&schema, &json_of(&Report::new(Settings::default())));
    // A schema that takes everything would take this.
    let mut wrong = json_of(&sample::report());
    wrong["objects"][0]["verdict"] = "fine".into();
    assert!(!jsonschema::is_valid(&schema, &wrong));
    let mut wrong = json_of(&sample::report());
    wrong["summary"].as_object_mut().unwrap().remove("denied");
    assert!(!jsonschema::is_valid(&schema, &wrong));
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    for (name, schema) in [("report.schema.json", json::schema()), ("config.schema.json", config::schema())] {
        let committed = std::fs::read_to_string(format!("{root}/{name}")).unwrap();
        assert!(committed == schema, "docs/{name} is stale: write it with `make generate`");
    }
}

#[test]
fn json_says_what_follows_from_the_report() {
    let report = sample::report();
    let json = json_of(&report);
    assert_eq!(json["schemaVersion"], 1);
    assert_eq!(json["tool"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["summary"]["objects"], 14);
    assert_eq!(json["summary"]["folded"], 3);
    assert_eq!(json["progress"]["workloads"], 9);
    assert_eq!(json["byNamespace"][1]["name"], "shop");
    assert_eq!(json["byRule"][0]["rule"], "host-port");
    assert_eq!(json["notLookedInto"][0]["didYouMean"], "Deployment");
    let object = &json["objects"][0];
    assert_eq!((&object["file"], &object["line"], &object["column"]), (&"shop/web.yaml".into(), &1.into(), &1.into()));
    assert_eq!(object["children"].as_array().unwrap().len(), 3);
    let finding = &object["findings"][0];
    assert_eq!(finding["anchor"], "spec.template.spec.containers[web].resources.requests.cpu");
    assert!(finding["link"].as_str().unwrap().ends_with("/docs/rules/requests-equal-limits.md"));
}

#[test]
fn a_saved_report_is_read_back() {
    let report = sample::report();
    assert_eq!(json::read(&render(Format::Json, &report)), Ok(report));
}

#[test]
fn what_is_no_report_is_refused() {
    let error = |text: &str| json::read(text).unwrap_err();
    assert!(error("apiVersion: v1").starts_with("it isn't a JSON report: expected value at line 1"));
    assert_eq!(error("{}"), "it isn't a report of `oke-vn`: it has no schemaVersion");
    assert_eq!(
        error(r#"{"schemaVersion": 99}"#),
        "its schemaVersion is 99, and this program reads up to 1: use a newer one"
    );
    assert!(error(r#"{"schemaVersion": 1}"#).contains("missing field `tool`"));
}

#[test]
fn junit_counts_what_the_report_counts() {
    let text = render(Format::Junit, &sample::report());
    let junit = junit_parser::from_reader(text.as_bytes()).unwrap();
    // Kinds without pods have no test, and what could not be read is an error.
    assert_eq!((junit.tests, junit.failures, junit.errors), (14, 3, 1));
    assert!(!text.lines().nth(1).unwrap().contains("skipped"), "no attribute that Jenkins' schema refuses");
    let cases: Vec<_> = junit.suites.iter().flat_map(|suite| &suite.cases).collect();
    assert_eq!(cases.len(), 14);
    let case = |name: &str| cases.iter().find(|case| case.original_name == name).unwrap();
    let web = case("Deployment shop/web");
    assert_eq!(web.classname.as_deref(), Some("shop/web.yaml"));
    assert!(web.status.is_failure());
    assert_eq!(web.status.failure_as_ref().message, "2 problems: requests-equal-limits, host-port");
    assert!(web.status.failure_as_ref().text.contains("shop/live.yaml:15:7: host-port"));
    assert!(web.system_out.as_ref().unwrap().contains("missing-resources"));
    assert!(case("Deployment monitoring/agent").status.is_skipped());
    assert!(case("Prometheus monitoring/main").status.is_skipped());
    assert!(case("CronJob shop/backup").status.is_success(), "it is exempt");
    assert!(case("Deployment shop/mail").status.is_success(), "it is warned about");
    assert!(case("shop/broken.yaml:14:3").status.is_error());
}

#[test]
fn what_the_baseline_has_fails_no_test() {
    let mut report = sample::report();
    baseline::apply(&baseline::of(&sample::report()), &mut report);
    let junit = junit_parser::from_reader(render(Format::Junit, &report).as_bytes()).unwrap();
    assert_eq!((junit.tests, junit.failures, junit.errors), (14, 0, 1));
    assert!(render(Format::Github, &report).lines().all(|line| !line.starts_with("::warning")));
}

#[test]
fn gitlab_gets_the_fields_that_it_reads() {
    let issues: Vec<Value> = serde_json::from_str(&render(Format::Gitlab, &sample::report())).unwrap();
    assert_eq!(issues.len(), 10);
    let fingerprints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), issues.len(), "GitLab drops what has the same one");
    for issue in &issues {
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        let description = issue["description"].as_str().unwrap();
        assert!(!description.is_empty() && !description.contains('\n'), "one line: {description}");
        assert!(!issue["check_name"].as_str().unwrap().is_empty());
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with(['.', '/']));
    }
    assert_eq!(issues[0]["severity"], "blocker");
    assert_eq!(issues[1]["check_name"], "requests-equal-limits");
}

#[test]
fn csv_has_a_row_a_workload_and_rule() {
    let text = render(Format::Csv, &sample::report());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        heads.join(","),
        "cluster,namespace,kind,name,api_version,place,verdict,readiness,rule,level,findings,fix,problem,remedy,link"
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let of = |name: &str| rows.iter().filter(|row| &row[3] == name && &row[2] != "Service").collect::<Vec<_>>();
    assert_eq!(
        of("web").iter().map(|row| &row[8]).collect::<Vec<_>>(),
        ["requests-equal-limits", "missing-resources", "host-port"]
    );
    assert_eq!(
        of("cart").iter().map(|row| (&row[6], &row[7], &row[8])).collect::<Vec<_>>(),
        [("clean", "as they are", "")]
    );
    assert_eq!(of("config").len(), 0, "no pods come from it");
    assert_eq!(rows.iter().filter(|row| &row[6] == "unreadable").count(), 1);

    let mut report = Report::new(Settings::default());
    let row =
        |line, level| Row("host-port", level, "spec.containers[0].ports[0].hostPort", line, Some("a"), Fix::Available);
    report.objects.push(object("Pod", "a/b", ("a.yaml", 1), &[row(3, Level::Warn), row(4, Level::Deny)]));
    let text = render(Format::Csv, &report);
    let row = csv::Reader::from_reader(text.as_bytes()).records().next().unwrap().unwrap();
    assert_eq!((&row[5], &row[9], &row[10], &row[11]), ("a.yaml:4:7", "deny", "2", "--fix"), "the worst is told");
}

#[test]
fn github_gets_the_ten_worst() {
    let mut report = Report::new(Settings::default());
    for number in 1..=13 {
        let level = if number % 2 == 0 { Level::Deny } else { Level::Warn };
        let fix = if number == 8 { Fix::Manual } else { Fix::Available };
        let row = Row("host-port", level, "spec.containers[0].ports[0].hostPort", number, Some("a"), fix);
        report.objects.push(object("Pod", &format!("a/{number}"), ("./a.yaml", 1), &[row]));
    }
    let text = plain(&render(Format::Github, &report));
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 11);
    assert!(commands[0].starts_with("::error title=host-port,file=a.yaml,line=8,col=7::Pod a/8, "), "{}", commands[0]);
    assert_eq!(commands.iter().filter(|command| command.starts_with("::error")).count(), 6);
    assert_eq!(commands[10], "::notice title=oke-vn::3 more problems not shown here: see the summary of the step.");
}

#[test]
fn github_commands_are_escaped_as_its_own_library_does() {
    let mut report = Report::new(Settings::default());
    let mut object =
        object("Pod", "a/b", ("a,b:c.yaml", 1), &[Row("host-pid", Level::Deny, "spec", 3, None, Fix::Manual)]);
    object.findings[0].rule = "x,y".to_owned();
    object.findings[0].problem = "a 100% sure\nfailure, here".to_owned();
    object.findings[0].remedy.clear();
    report.objects.push(object);
    // What `core.error("Pod a/b, spec: a 100% ...", {file, startLine: 3, startColumn: 7, title})` of @actions/core prints.
    let expected =
        "::error title=x%2Cy,file=a%2Cb%3Ac.yaml,line=3,col=7::Pod a/b, spec: a 100%25 sure%0Afailure, here\n";
    assert!(render(Format::Github, &report).starts_with(expected));
}

#[test]
fn the_summary_of_a_step_fits() {
    let mut report = Report::new(Settings::default());
    for number in 0..6000 {
        let row = Row("host-pid", Level::Deny, "spec.template.spec.hostPID", 3, None, Fix::Manual);
        report.objects.push(object("Deployment", &format!("a/{number}"), ("a.yaml", number), &[row]));
    }
    report.finish();
    let mut out = Vec::new();
    github::write_summary(&report, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.len() < 1 << 20, "{}", text.len());
    let listed = text.matches("<details>").count();
    assert!(listed > 1000);
    assert!(text.contains(&format!(
        "{} more objects with findings are not listed here.",
        oke_vn::output::words::number(6000 - listed)
    )));
    assert!(text.contains("6,000 objects: 6,000 denied"));
}

#[test]
fn markdown_tables_have_all_their_cells() {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let mut report = sample::report();
    for object in &mut report.objects {
        object.namespace = object.namespace.take().map(|namespace| format!("{namespace}|`x`"));
    }
    let text = render(Format::Markdown, &report);
    let (mut tables, mut cells, mut widths) = (0, 0, BTreeSet::new());
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => _ = widths.insert((tables, cells)),
            _ => {}
        }
    }
    assert_eq!(widths, BTreeSet::from([(1, 7), (2, 7)]));
    assert!(text.contains("monitoring\\|`x`"));
}

#[test]
fn a_page_has_every_workload_and_loads_nothing() {
    let report = sample::report();
    let page = render(Format::Html, &report);
    let listed = report.objects.iter().filter(|object| object.workload || !object.findings.is_empty()).count();
    assert_eq!(page.matches("<li data-namespace=").count(), listed);
    for outside in [" src=", "@import", "url(", "<link", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn formats_say_the_same_on_every_run() {
    for format in Format::ALL {
        assert_eq!(render(format, &sample::report()), render(format, &sample::report()), "{}", format.name());
    }
}

#[test]
fn formats_take_an_empty_report() {
    for format in Format::ALL {
        let text = render(format, &Report::new(Settings::default()));
        assert!(!text.is_empty(), "{}", format.name());
    }
}

#[test]
fn other_documents_have_valid_forms() {
    let valid = |schema: schemars::Schema, document: Value| assert_valid(schema.as_value(), &document);
    let report = sample::report();
    let known = serde_json::to_value(baseline::of(&report)).unwrap();
    valid(schemars::schema_for!(baseline::Baseline), known);
    let difference = serde_json::to_value(diff::diff(&sample::before(), &report)).unwrap();
    valid(schemars::schema_for!(diff::Diff), difference);
}
