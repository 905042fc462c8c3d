use super::*;

fn changes(json: &str) -> Vec<Edit> {
    serde_json::from_str(json).unwrap()
}

/// Each: a text, changes, and what comes of it.
#[track_caller]
fn check(cases: &[(&str, &str, &str)]) {
    for (text, wanted, expected) in cases {
        assert_eq!(edit(text, &changes(wanted)).unwrap(), *expected, "{text}");
        // The ends of lines are those of the file.
        let text = text.replace('\n', "\r\n");
        assert_eq!(edit(&text, &changes(wanted)).unwrap(), expected.replace('\n', "\r\n"), "{text}");
    }
}

#[test]
fn keys_of_blocks_go_with_their_lines() {
    check(&[
        ("a: 1\nb: 2 # two\nc: 3\n", r#"[{"path": ["b"]}]"#, "a: 1\nc: 3\n"),
        ("a: 1\n# about b\nb: 2\n\n# about c\nc: 3\n", r#"[{"path": ["b"]}]"#, "a: 1\n# about b\n\n# about c\nc: 3\n"),
        (
            "a:\n  b:\n    c: 1\n    d:\n    - 1\n    # x\n    - 2 # y\n  e: 1\n",
            r#"[{"path": ["a", "b"]}]"#,
            "a:\n  e: 1\n",
        ),
        ("a: |\n  text\n\n  more\n\n# b\nb: 1\n", r#"[{"path": ["a"]}]"#, "\n# b\nb: 1\n"),
        ("a: one\n  two\nb: 'x\n\n  y'\nc:\n", r#"[{"path": ["a"]}, {"path": ["b"]}]"#, "c:\n"),
        ("a:\n- 1\n- 2\nb: 1\nc:\n", r#"[{"path": ["a"]}, {"path": ["c"]}]"#, "b: 1\n"),
        ("b: 1\na: 2", r#"[{"path": ["a"]}]"#, "b: 1\n"),
        ("a: 1\n", r#"[{"path": ["b"]}, {"path": ["c", "d"]}]"#, "a: 1\n"),
    ]);
}

#[test]
fn an_empty_map_is_written_as_one() {
    check(&[
        ("a:\n  b: 1\nc: 2\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\nc: 2\n"),
        (
            "a: # why\n  # and\n  b: 1 # gone\n\n  d: 1\n",
            r#"[{"path": ["a", "b"]}, {"path": ["a", "d"]}]"#,
            "a: {} # why\n  # and\n\n",
        ),
        ("- a: 1 # x\n  b: 2\n- c: 1\n", r#"[{"path": [0, "a"]}, {"path": [0, "b"]}]"#, "- {} # x\n- c: 1\n"),
        ("a: {b: 1}\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\n"),
        ("a: { b: 1, }\n", r#"[{"path": ["a", "b"]}]"#, "a: {}\n"),
    ]);
}

#[test]
fn the_first_key_of_an_item_makes_room() {
    check(&[
        ("- a: 1\n  b: 2\n", r#"[{"path": [0, "a"]}]"#, "- b: 2\n"),
        ("-   a: 1 # x\n    b: 2\n    c: 3\n", r#"[{"path": [0, "a"]}, {"path": [0, "b"]}]"#, "-   c: 3\n"),
        ("- - a:\n      x: 1\n    b: 2\n", r#"[{"path": [0, 0, "a"]}]"#, "- - b: 2\n"),
        ("- a: 1\n  # about b\n  b: 2\n", r#"[{"path": [0, "a"]}]"#, "-\n  # about b\n  b: 2\n"),
        ("k:\n- a: 1\n\n  b: 2\n", r#"[{"path": ["k", 0, "a"]}]"#, "k:\n-\n\n  b: 2\n"),
    ]);
}

#[test]
fn scalars_keep_their_style() {
    check(&[
        ("a: 60   # long\n", r#"[{"path": ["a"], "value": 30}]"#, "a: 30   # long\n"),
        ("a: 'x' # c\n", r#"[{"path": ["a"], "value": "it's"}]"#, "a: 'it''s' # c\n"),
        ("a: \"x\"\n", r#"[{"path": ["a"], "value": "y"}]"#, "a: \"y\"\n"),
        ("a: x\n", r#"[{"path": ["a"], "value": "File"}]"#, "a: File\n"),
        ("a: 500m\n", r#"[{"path": ["a"], "value": "1"}]"#, "a: \"1\"\n"),
        ("a: x\n", r#"[{"path": ["a"], "value": "yes"}]"#, "a: \"yes\"\n"),
        ("a: true\n", r#"[{"path": ["a"], "value": false}]"#, "a: false\n"),
        ("a: 0400\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 0644\n"),
        ("a: 0o400\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 0o644\n"),
        ("a: 0x100\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 420\n"),
        ("a:\nb: 1\n", r#"[{"path": ["a"], "value": 420}]"#, "a: 420\nb: 1\n"),
        ("x: &x 1\na: *x\n", r#"[{"path": ["a"], "value": 2}]"#, "x: &x 1\na: 2\n"),
        ("- 1\n- 2\n", r#"[{"path": [1], "value": 3}]"#, "- 1\n- 3\n"),
        ("é: {ü: ä, a: 1}\n", r#"[{"path": ["é", "a"], "value": 3}]"#, "é: {ü: ä, a: 3}\n"),
    ]);
}

#[test]
fn new_keys_stand_by_their_siblings() {
    let resources =
        r#"[{"path": ["c", "r", "l", "cpu"], "value": "1"}, {"path": ["c", "r", "q", "mem"], "value": "1Gi"}]"#;
    check(&[
        ("a:\n    b: 1\nc: 2\n", r#"[{"path": ["a", "x"], "value": 1}]"#, "a:\n    b: 1\n    x: 1\nc: 2\n"),
        (
            "- a: 1\n  b:\n    c: 1\n# end\n",
            r#"[{"path": [0, "b", "d"], "value": 1}, {"path": [0, "e"], "value": 2}]"#,
            "- a: 1\n  b:\n    c: 1\n    d: 1\n  e: 2\n# end\n",
        ),
        ("c:\n  r: {}\n", resources, "c:\n  r:\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n"),
        (
            "c:\n  r: # why\n  s: 1\n",
            resources,
            "c:\n  r: # why\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n  s: 1\n",
        ),
        ("c: {r: {}}\n", resources, "c: {r: {l: {cpu: \"1\"}, q: {mem: 1Gi}}}\n"),
        ("c:\n  r: ~\n", resources, "c:\n  r:\n    l:\n      cpu: \"1\"\n    q:\n      mem: 1Gi\n"),
        ("a: 1\n", r#"[{"path": ["a"]}, {"path": ["b/c"], "value": "x y"}]"#, "b/c: \"x y\"\n"),
    ]);
    assert_eq!(edit("a: 1", &changes(r#"[{"path": ["b"], "value": 1}]"#)).unwrap(), "a: 1\nb: 1\n");
}

#[test]
fn values_of_several_lines_come_and_go() {
    let affinity = r#"[{"path": ["s", "a"], "value": {"p": {"t": [{"m": [{"k": "x/y", "o": "In", "v": ["a b"]}], "z": {}}, 1]}}}]"#;
    let lines = "  a:\n    p:\n      t:\n      - m:\n        - k: x/y\n          o: In\n          v:\n          - \"a b\"\n        z: {}\n      - 1\n";
    let flow = "{p: {t: [{m: [{k: x/y, o: In, v: [\"a b\"]}], z: {}}, 1]}}";
    check(&[
        ("s:\n  b: 1\nt: 1\n", affinity, &format!("s:\n  b: 1\n{lines}t: 1\n")),
        ("s:\n  a:\n  - 1\n  - 2\nt: 1\n", affinity, &format!("s:\n{lines}t: 1\n")),
        ("s:\n  a: [1] # x\n", affinity, &format!("s:\n{} # x\n", lines.trim_end())),
        ("s: {a: [1], b: 1}\n", affinity, &format!("s: {{a: {flow}, b: 1}}\n")),
        ("a: |\n  x\nb: 1\n", r#"[{"path": ["a"], "value": 2}]"#, "a: 2\nb: 1\n"),
        ("a:\n  b: 1\n# c\n", r#"[{"path": ["a"], "value": "x"}]"#, "a: x\n# c\n"),
    ]);
}

#[test]
fn flow_maps_keep_their_form() {
    check(&[
        ("a: {b: 1, c: 2, d: 3} # x\n", r#"[{"path": ["a", "b"]}]"#, "a: {c: 2, d: 3} # x\n"),
        ("a: {b: 1, c: 2, d: 3}\n", r#"[{"path": ["a", "c"]}]"#, "a: {b: 1, d: 3}\n"),
        ("a: { b: 1, c: 2, d: 3 }\n", r#"[{"path": ["a", "c"]}, {"path": ["a", "d"]}]"#, "a: { b: 1 }\n"),
        ("a: {b: 1}\n", r#"[{"path": ["a", "c"], "value": true}]"#, "a: {b: 1, c: true}\n"),
        ("a: {b: 1, c: 2}\n", r#"[{"path": ["a", "c"]}, {"path": ["a", "d"], "value": 2}]"#, "a: {b: 1, d: 2}\n"),
        ("a: [{b: [1, {c: 2, d: 3}]}]\n", r#"[{"path": ["a", 0, "b", 1, "c"]}]"#, "a: [{b: [1, {d: 3}]}]\n"),
        (
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"x\"\n  },\n  \"d\": 2\n}\n",
            r#"[{"path": ["d"]}, {"path": ["b", "c"], "value": "y"}, {"path": ["b", "e"], "value": "z"}]"#,
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"y\",\n    \"e\": \"z\"\n  }\n}\n",
        ),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", r#"[{"path": ["a"]}]"#, "{\n  \"b\": 2\n}\n"),
    ]);
}

#[test]
fn what_cannot_be_done_faithfully_is_refused() {
    for (text, wanted, line, reason) in [
        ("x: &x {a: 1}\nz: *x\n", r#"[{"path": ["z", "a"]}]"#, 2, "an alias stands"),
        ("x: &x {a: 1}\nz:\n  <<: *x\n  b: 1\n", r#"[{"path": ["z", "a"]}]"#, 3, "merge key"),
        ("a: {b: 1,\n  # why\n  c: 2}\n", r#"[{"path": ["a", "c"]}]"#, 1, "comment"),
        ("a: [1]\n", r#"[{"path": ["a", 1], "value": 2}]"#, 1, "past the end"),
        ("a: [1]\n", r#"[{"path": ["a", 0]}]"#, 1, "item of a list"),
        ("a: 1\n", r#"[{"path": ["a", "b"], "value": 2}]"#, 1, "needs a map"),
        ("- |\n  x\n", r#"[{"path": [0], "value": 2}]"#, 2, "several lines"),
        ("a:\n  # why\n  b: 1\n", r#"[{"path": ["a"], "value": 2}]"#, 3, "comment"),
        ("\na: 1\n", r#"[{"path": ["a"]}]"#, 2, "every key"),
        ("a: [\n", "[]", 1, ""),
    ] {
        let refusal = edit(text, &changes(wanted)).unwrap_err();
        assert!(refusal.reason.contains(reason), "{text}: {refusal:?}");
        assert_eq!(refusal.line, line, "{text}: {refusal:?}");
    }
}

#[test]
fn changes_find_their_document() {
    let change = |document, key: &str| Edit { document, steps: vec![Step::Key(key.to_owned())], value: None };
    let text = "a: 1\nb: 1\n...\n---\na: 1\nb: 1\n";
    assert_eq!(edit(text, &[change(0, "a"), change(1, "b")]).unwrap(), "b: 1\n...\n---\na: 1\n");
}

#[test]
fn what_only_kubernetes_reads_is_edited_and_stays_as_it_is() {
    check(&[
        ("a: 'one\ntwo'\nb: 60\n", r#"[{"path": ["b"], "value": 30}]"#, "a: 'one\ntwo'\nb: 30\n"),
        (
            "x:\n  a: \"one\n  two\n\tthree\" # c\n  b: 60\n  d: 'four\nfive'\n",
            r#"[{"path": ["x", "b"], "value": 30}, {"path": ["x", "c"], "value": 1}]"#,
            "x:\n  a: \"one\n  two\n\tthree\" # c\n  b: 30\n  d: 'four\nfive'\n  c: 1\n",
        ),
        ("x:\n  a: \"one\n  two\" # c\n  b: 60\n", r#"[{"path": ["x", "a"]}]"#, "x:\n  b: 60\n"),
        ("b: 1\na: 'one\ntwo'\nc: 1\n", r#"[{"path": ["a"], "value": "x"}]"#, "b: 1\na: 'x'\nc: 1\n"),
        ("a: {\n\tb: 1,\n\tc: 2}\n", r#"[{"path": ["a", "c"], "value": 3}]"#, "a: {\n\tb: 1,\n\tc: 3}\n"),
        ("a: 'x'# why\nb: 1\n", r#"[{"path": ["a"], "value": "y"}, {"path": ["b"]}]"#, "a: 'y'# why\n"),
        ("---\n\u{feff}b: 1\nc: 1\n", r#"[{"path": ["b"]}, {"path": ["c"], "value": 2}]"#, "---\n\u{feff}c: 2\n"),
    ]);
    let refusal = edit("a: 'one\ntwo'\nb: [\n", &[]).unwrap_err();
    assert!(refusal.line >= 3, "{refusal:?}");
}
