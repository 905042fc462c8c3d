//! Text that comes from manifests is text in every format, whatever is in it.

use oke_vn::output::Format;
use oke_vn::output::model::*;

use crate::sample::{Row, object};
use crate::{plain, render};

const NASTY: &str =
    "</script><script>alert(1)</script>|`x`*[y](javascript:z)\u{1b}[31m\u{202e}@user #1\n::error::%0A&\"'=\u{7}";

fn report() -> Report {
    let mut report = Report::new(Settings::default());
    let row = Row("host-pid", Level::Deny, "spec.hostPID", 3, None, Fix::Manual);
    let mut object = object("Deployment", "shop/web", ("a.yaml", 1), &[row]);
    for field in [&mut object.name, &mut object.kind, &mut object.api_version] {
        NASTY.clone_into(field);
    }
    object.namespace = Some(NASTY.to_owned());
    object.location.file = Some(NASTY.to_owned());
    object.advice = Some(NASTY.to_owned());
    let finding = &mut object.findings[0];
    for field in [&mut finding.path, &mut finding.problem, &mut finding.remedy, &mut finding.rule] {
        NASTY.clone_into(field);
    }
    (finding.container, finding.child) = (Some(NASTY.to_owned()), Some(NASTY.to_owned()));
    finding.location.file = Some(NASTY.to_owned());
    finding.link = Some("javascript:alert(1)".to_owned());
    let info = RuleInfo { link: finding.link.clone(), summary: NASTY.to_owned(), help: NASTY.to_owned() };
    report.rules.insert(NASTY.to_owned(), info);
    report.objects.push(object);
    report.unreadable.push(Unreadable {
        location: Location::new(NASTY, 1, 1),
        object: Some(NASTY.to_owned()),
        reason: NASTY.to_owned(),
    });
    report.skipped.push(Skipped { reason: NASTY.to_owned(), count: 1, examples: vec![NASTY.to_owned()] });
    report.notes.push(NASTY.to_owned());
    report.finish();
    report
}

#[test]
fn nothing_steers_a_terminal() {
    for format in [Format::Text, Format::Compact, Format::Markdown, Format::Github] {
        let text = plain(&render(format, &report()));
        let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        // GitHub's log is no terminal, and escapes are what the annotations are made of.
        if format != Format::Github {
            assert!(!text.contains(bad), "{}: {text:?}", format.name());
        }
    }
}

#[test]
fn nothing_becomes_markup_in_a_page() {
    let page = render(Format::Html, &report());
    assert_eq!(page.matches("<script").count(), 1, "our own");
    assert!(!page.contains("javascript:alert"));
    assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{7}']));
    assert!(page.contains("&#60;/script&#62;"));
}

#[test]
fn nothing_becomes_markup_in_markdown() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let text = render(Format::Markdown, &report());
    let parser = Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::InlineHtml(html) | Event::Html(html) => {
                let ours = ["<details>", "</details>", "<summary>"];
                assert!(ours.iter().any(|tag| html.starts_with(tag)), "{html}");
                assert!(!html.contains("<script"), "{html}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => assert!(dest_url.starts_with("https:"), "{dest_url}"),
            Event::Text(_) => {
                assert!(!text[range.clone()].contains('@') && !text[range].contains("#1"), "nobody is mentioned")
            }
            _ => {}
        }
    }
}

#[test]
fn a_command_of_a_workflow_stays_in_its_line() {
    let text = render(Format::Github, &report());
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 2);
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn a_spreadsheet_reads_no_formula() {
    for start in ["=", "+", "-", "@", "\t", "\r"] {
        let mut report = report();
        report.objects[0].name = format!("{start}cmd()");
        let text = render(Format::Csv, &report);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(&row[3], format!("'{start}cmd()"));
    }
}

#[test]
fn machines_read_back_what_was_there() {
    let json: serde_json::Value = serde_json::from_str(&render(Format::Json, &report())).unwrap();
    assert_eq!(json["objects"][0]["name"], NASTY);
    let text = render(Format::Csv, &report());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[3], NASTY);
    // XML has no way to write most control characters.
    let junit = junit_parser::from_reader(render(Format::Junit, &report()).as_bytes()).unwrap();
    let name = &junit.suites[0].cases[0].name;
    assert!(name.contains("</script><script>alert(1)</script>|`x`*") && !name.contains('\u{7}'), "{name:?}");
}
