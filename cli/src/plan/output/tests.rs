use serde_json::{Value, json};

use super::*;
use crate::plan::{Object, Options, Source};

const FORMATS: [Format; 5] = [Format::Text, Format::Csv, Format::Json, Format::Markdown, Format::Html];

fn print(values: &[Value], options: Options, format: Format) -> String {
    let object = |(index, value): (usize, &Value)| {
        Object::new(value.clone(), Source { file: "a.yaml".to_owned(), line: index + 1 })
    };
    let plan = Plan::new(values.iter().enumerate().map(object).collect(), options);
    let mut out = Vec::new();
    write(&plan, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn web(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [
            {"name": "web", "resources": {"requests": {"cpu": "100m", "memory": "64M"}}},
        ]}}},
    })
}

fn priced() -> Options {
    let prices = crate::plan::cost::Prices::of_value(&json!({"ocpu": 0.1, "gb": 0.01, "currency": "EUR"})).unwrap();
    Options { prices, ..Options::default() }
}

#[test]
fn the_assumption_on_cpus_stands_in_every_report() {
    for format in FORMATS {
        let expected = match format {
            Format::Csv => ",2,decimal",
            Format::Json => "\"cpuPerOcpu\": 2",
            _ => "1 OCPU is 2 CPU of Kubernetes (the default of the shape)",
        };
        let report = print(&[web("web")], Options::default(), format);
        assert!(report.contains(expected), "{format:?}\n{report}");
    }
}

#[test]
fn a_report_of_nothing_is_a_report() {
    for format in FORMATS {
        let report = print(&[], Options::default(), format);
        assert!(!report.is_empty(), "{format:?}");
    }
}

#[test]
fn the_sum_is_in_every_report_for_people() {
    // 3 Pods of 1 OCPU and 1 GB: (0.3 + 0.03) * 730. Before rounding each is the least, 0.125 OCPU and 0.5 GB:
    // 3 * (0.875 * 0.1 + 0.5 * 0.01) * 730 = 202.575.
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let report = print(&[web("web")], priced(), format);
        for expected in [
            "3 Pods ask for 0.3 CPU and 0.192 GB of memory.",
            "They are given 3 OCPU and 3 GB of memory.",
            "20.0 times the cpu and 15.6 times the memory",
            "240.90 EUR for the Pods",
            "202.58 EUR are for rounding up",
            "No price is given for: virtual node.",
        ] {
            assert!(report.contains(expected), "{format:?}: {expected}\n{report}");
        }
    }
}

#[test]
fn csv_has_a_line_a_row() {
    let report = print(&[web("web"), web("api")], priced(), Format::Csv);
    let mut reader = csv_reader(&report);
    let headers = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, column: &str| {
        let index = headers.iter().position(|header| header == column).unwrap();
        records[row][index].to_owned()
    };
    assert_eq!(records.len(), 2);
    assert_eq!((cell(0, "name"), cell(1, "name")), ("api".to_owned(), "web".to_owned()));
    assert_eq!(
        (cell(1, "file"), cell(1, "line"), cell(1, "pods")),
        ("a.yaml".to_owned(), "1".to_owned(), "3".to_owned())
    );
    assert_eq!((cell(1, "ocpu_given"), cell(1, "cost_month")), ("3".to_owned(), "240.90".to_owned()));
    assert_eq!((cell(1, "cpu_asked_each"), cell(1, "cpu_factor")), ("0.1".to_owned(), "20.000".to_owned()));
}

fn csv_reader(text: &str) -> ::csv::Reader<&[u8]> {
    ::csv::Reader::from_reader(text.as_bytes())
}

#[test]
fn json_is_for_programs() {
    let report: Value = serde_json::from_str(&print(&[web("web")], priced(), Format::Json)).unwrap();
    assert_eq!(report["total"]["ocpusGiven"], 3);
    assert_eq!(report["total"]["costMonth"], 240.9);
    assert_eq!(report["workloads"][0]["each"]["gbps"], 1);
    assert_eq!(report["workloads"][0]["source"], json!({"file": "a.yaml", "line": 1}));
    assert_eq!(report["capacity"]["prefix"], 29);
    assert_eq!(report["assumptions"]["shape"], "Pod.Standard.E4.Flex");
    let without: Value = serde_json::from_str(&print(&[web("web")], Options::default(), Format::Json)).unwrap();
    assert_eq!((&without["cost"], &without["total"]["costMonth"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_is_in_a_manifest_is_never_markup() {
    let name = "<script>|`_*=\u{1b}[31m";
    let html = print(&[web(name)], Options::default(), Format::Html);
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
    let markdown = print(&[web(name)], Options::default(), Format::Markdown);
    assert!(markdown.contains("&lt;script&gt;\\|\\`\\_\\*"), "{markdown}");
    let text = print(&[web(name)], Options::default(), Format::Text);
    assert!(!text.contains('\u{1b}'), "{text}");
    let csv = print(&[web("=cmd")], Options::default(), Format::Csv);
    assert!(csv.contains(",'=cmd,"), "{csv}");
}

#[test]
fn a_table_has_as_many_cells_as_columns() {
    for options in [Options::default(), priced()] {
        let mut object = Object::new(web("web"), Source { file: "a.yaml".to_owned(), line: 1 });
        object.denied = vec!["init-containers".to_owned()];
        let allowed = Object { value: web("api"), denied: Vec::new(), ..object.clone() };
        for section in document::of(&Plan::new(vec![object, allowed], options)) {
            for row in section
                .table
                .iter()
                .flat_map(|table| table.rows.iter().chain(Some(&table.sum).filter(|sum| !sum.is_empty())))
            {
                assert_eq!(row.len(), section.table.as_ref().unwrap().columns.len(), "{}", section.title);
            }
        }
    }
}
