use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use super::*;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n";

/// A directory with files.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

/// What is read of paths in a directory, without rendering.
fn read_in(directory: &Path, paths: &[&str], options: &Options) -> Manifests {
    let paths: Vec<PathBuf> = paths.iter().map(|path| directory.join(path)).collect();
    read(&paths, options)
}

fn found(files: &[(&str, &str)]) -> Found {
    let directory = directory(files);
    Found::of(&read_in(directory.path(), &[""], &Options::default()), directory.path())
}

/// What was read, with the names of files from the directory on.
#[derive(Debug, PartialEq)]
struct Found {
    objects: Vec<String>,
    skipped: Vec<(String, Option<usize>, Reason)>,
    unreadable: Vec<String>,
}

impl Found {
    fn of(manifests: &Manifests, directory: &Path) -> Self {
        let short = |text: &str| {
            let text = text.replace(&format!("{}/", directory.display()), "");
            text.replace(&directory.display().to_string(), ".")
        };
        let object = |object: &Object| {
            let source = &manifests.sources[object.origin.source];
            format!("{}:{} {} {}", short(&source.name), object.line, object.kind, object.name().unwrap_or("-"))
        };
        let skipped = manifests.skipped.iter().map(|one| (short(&one.file), one.line, one.reason));
        Self {
            objects: manifests.objects.iter().map(object).collect(),
            skipped: skipped.collect(),
            unreadable: manifests.unreadable.iter().map(|one| short(&one.to_string())).collect(),
        }
    }

    fn skipped(&self) -> Vec<(&str, Reason)> {
        self.skipped.iter().map(|(file, _, reason)| (file.as_str(), *reason)).collect()
    }
}

#[test]
fn what_does_not_parse_is_an_error_and_the_rest_is_read() {
    let found = found(&[
        (
            "a.yaml",
            &format!("kind: [\n---\n{POD}---\nx: {{{{ .Values.x }}}}\n---\napiVersion: v1\nkind: Pod\nkind: Job\n"),
        ),
        ("b.json", "{\"apiVersion\": \"v1\",\n \"kind\": \"Pod\", \"metadata\": {"),
        ("c.yml", POD),
        ("d.yaml", "kind: \u{7}\n"),
    ]);
    assert_eq!(found.objects, ["a.yaml:3 Pod p", "c.yml:1 Pod p"]);
    assert_eq!(found.skipped, []);
    let [cut, template, doubled, json, control] = found.unreadable.as_slice() else { panic!("{found:?}") };
    assert_eq!(cut, "a.yaml:1:7: it does not parse as YAML: it is cut off: unclosed bracket '['");
    assert!(template.starts_with("a.yaml:7:") && template.contains("helm template"), "{template}");
    assert_eq!(doubled, "a.yaml:11:1: it does not parse as YAML: the key `kind` is already on line 10");
    assert!(json.starts_with("b.json:2:29: it does not parse as JSON: it is cut off"), "{json}");
    assert!(control.starts_with("d.yaml:1:7: "), "{control}");
}

#[test]
fn the_cases_of_the_repository_are_read() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/inputs");
    let manifests = read(std::slice::from_ref(&cases), &Options::default());
    let found = Found::of(&manifests, &cases);
    assert_eq!(found.unreadable.len(), 1, "{found:?}");
    assert!(found.unreadable[0].starts_with("does-not-parse.yaml:"), "{found:?}");
    let of = |file: &str| found.objects.iter().filter(|object| object.starts_with(file)).count();
    assert_eq!((of("quoted-at-the-margin.yaml:"), of("utf16.yaml:1 Pod"), of("owners.yaml:")), (2, 1, 6));
    assert_eq!(found.objects[found.objects.len() - 8], "unknown-kinds.yaml:1 Rollout r");
    assert!(found.skipped.is_empty(), "{found:?}");
}

#[test]
fn what_is_not_text_is_an_error() {
    let directory = directory(&[("a.yaml", POD)]);
    fs::write(directory.path().join("b.yaml"), b"x: \xff\n").unwrap();
    let found = Found::of(&read_in(directory.path(), &[""], &Options::default()), directory.path());
    assert_eq!(found.objects.len(), 1);
    assert_eq!(found.unreadable, ["b.yaml:1:4: it is not text: the byte 0xff is not UTF-8"]);
}

#[test]
fn what_is_plainly_something_else_is_counted() {
    let found = found(&[
        (".github/workflow.yaml", POD),
        (".hidden.yaml", POD),
        (".gitignore", "x"),
        ("a.yaml", POD),
        ("b.yaml", "apiVersion: 1\ndatasources: []\n---\n# nothing\n"),
        ("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        ("other.yaml", "a: [\n"),
        ("package.json", "{\"name\": // x"),
        ("patch.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {$patch: replace}\n"),
        ("readme.md", "x"),
        ("values.yaml", "a: {{ x }}"),
    ]);
    assert_eq!(found.objects, ["a.yaml:1 Pod p"]);
    assert_eq!(found.unreadable, [] as [String; 0]);
    assert_eq!(
        found.skipped,
        [
            (".github", None, Reason::Hidden),
            (".hidden.yaml", None, Reason::Hidden),
            ("b.yaml", Some(1), Reason::NoObject),
            ("b.yaml", Some(3), Reason::EmptyDocument),
            ("list.yaml", Some(1), Reason::EmptyList),
            ("other.yaml", None, Reason::OtherText),
            ("package.json", None, Reason::OtherFile),
            ("patch.yaml", Some(1), Reason::Patch),
            ("values.yaml", None, Reason::OtherFile),
        ]
        .map(|(file, line, reason)| (file.to_owned(), line, reason))
    );
}

#[test]
fn a_named_file_has_to_parse() {
    let directory = directory(&[("other.yaml", "a: [\n"), (".hidden.yaml", POD)]);
    let found =
        Found::of(&read_in(directory.path(), &["other.yaml", ".hidden.yaml"], &Options::default()), directory.path());
    assert_eq!(found.objects, [".hidden.yaml:1 Pod p"]);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn what_was_meant_as_an_object_is_an_error() {
    for (text, expected) in [
        ("kind: Pod\nmetadata: {name: p}\n", "a.yaml:1:1: no Kubernetes object: no apiVersion"),
        (
            "apiVersion: v1\nkind: 7\nmetadata: {name: p}\n",
            "a.yaml:2:1: no Kubernetes object: kind is a number, not a text",
        ),
        (
            "apiVersion: ''\nkind: Pod\nmetadata: {name: p}\n",
            "a.yaml:1:1: no Kubernetes object: apiVersion is empty, not a text",
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  metadata: {name: p}\n",
            "a.yaml:4:3: an item of this List is not a Kubernetes object: no kind",
        ),
        ("apiVersion: v1\nkind: List\nitems: {a: b}\n", "a.yaml:3:8: the items of this List are a map, not a list"),
        (
            "apiVersion: v1\nkind: List\nitems: [7]\n",
            "a.yaml:3:9: an item of this List is not a Kubernetes object: it is not a map",
        ),
        (
            "[{apiVersion: v1, kind: Pod}]",
            "a.yaml:1:1: a bare list of objects, which kubectl does not take; make it the `items` of a `kind: List`",
        ),
    ] {
        assert_eq!(found(&[("a.yaml", text), ("b.yaml", POD)]).unreadable, [expected], "{text}");
    }
}

#[test]
fn lists_are_taken_apart() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n\
                - apiVersion: v1\n  kind: PodList\n  items:\n  - metadata: {name: a}\n\
                - {apiVersion: example.com/v1, kind: AllowList, metadata: {name: l}}\n";
    let found = found(&[("a.yaml", text)]);
    assert_eq!(found.objects, ["a.yaml:4 Secret s", "a.yaml:8 Pod a", "a.yaml:9 AllowList l"]);
    assert_eq!(found.unreadable, [] as [String; 0]);
}

#[test]
fn a_large_list_is_read_like_a_small_one() {
    let filler = |index: usize| format!("{index}{}", "x".repeat(3_000));
    let object = |kind: &str, index: usize| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"{kind}\",\n \"metadata\": {{\"name\": \"{index}\", \"x\": \"{}\"}}}}",
            filler(index)
        )
    };
    let kinds = ["Pod", "Secret", "Pod"].into_iter().cycle().take(900).enumerate();
    let mut items: Vec<String> = kinds.map(|(index, kind)| object(kind, index)).collect();
    items[7] =
        "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{\"metadata\": {\"name\": \"in\"}}]}".to_owned();
    items[8] = "{\"kind\": \"Pod\"}".to_owned();
    items[9] =
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}, \"spec\": {\"$patch\": \"x\"}}"
            .to_owned();
    let json = format!("{{\"apiVersion\": \"v1\", \"items\": [\n{}],\n\"kind\": \"List\"}}\n", items.join(",\n"));
    let yaml = format!("items:\n- {}\nkind: List\napiVersion: v1\n", items.join("\n- "));
    for (name, text) in [("a.json", &json), ("a.yaml", &yaml)] {
        assert!(text.len() > 2 << 20);
        let found = found(&[(name, text)]);
        // One item is a list of one, one is broken and one is a patch.
        assert_eq!(found.objects.len(), 898, "{name}");
        assert!(
            found.objects[7].ends_with("Pod in") && found.objects[8].ends_with("Secret 10"),
            "{:?}",
            found.objects[8]
        );
        assert_eq!(found.objects[897].split(' ').next_back(), Some("899"));
        assert_eq!(found.unreadable.len(), 1);
        assert!(found.unreadable[0].ends_with("an item of this List is not a Kubernetes object: no apiVersion"));
        assert_eq!(found.skipped(), [(name, Reason::Patch)]);
    }
    // What is not a list keeps its items.
    let other = yaml
        .replace("kind: List", "kind: Other")
        .replace("\n- {\"kind\": \"Pod\"}", "\n- 7")
        .replace("$patch", "patch");
    let found = found(&[("a.yaml", &other)]);
    assert_eq!(found.objects, ["a.yaml:1 Other -"]);
}

#[test]
fn a_path_that_holds_no_object_is_an_error() {
    let directory =
        directory(&[("none/a.yaml", "a: 1\n"), ("b.yaml", ""), ("c/d.yaml", POD), ("broken/a.yaml", "kind: [")]);
    let paths = ["none", "b.yaml", "c", "broken"];
    let found = Found::of(&read_in(directory.path(), &paths, &Options::default()), directory.path());
    let said: Vec<&str> = found.unreadable.iter().map(|one| one.split(": ").next().unwrap()).collect();
    assert_eq!(said, ["b.yaml", "broken/a.yaml:1:7", "none"], "{found:?}");
    let options = Options { allows_empty: true, ..Options::default() };
    let found = Found::of(&read_in(directory.path(), &paths, &options), directory.path());
    assert_eq!(found.unreadable.len(), 1, "{found:?}");
}

#[test]
fn each_file_is_read_once() {
    let directory = directory(&[("d/a.yaml", POD), ("d/e/b.yaml", POD)]);
    symlink(directory.path().join("d/a.yaml"), directory.path().join("d/z.yaml")).unwrap();
    symlink(directory.path().join("d"), directory.path().join("d/loop")).unwrap();
    for paths in [["d", "d/a.yaml", "d/e"], ["d/a.yaml", "d/e", "d"]] {
        let found = Found::of(&read_in(directory.path(), &paths, &Options::default()), directory.path());
        assert_eq!(found.objects.len(), 2, "{found:?}");
        assert_eq!(found.unreadable, [] as [String; 0]);
    }
}

#[test]
fn links_that_lead_nowhere_are_told_once() {
    let directory = directory(&[("d/a.yaml", POD)]);
    symlink("../gone.yaml", directory.path().join("d/link.yaml")).unwrap();
    symlink("gone", directory.path().join("d/link")).unwrap();
    let found = Found::of(&read_in(directory.path(), &["d", "not-there"], &Options::default()), directory.path());
    assert_eq!(
        found.unreadable,
        [
            "d/link.yaml: it is a link to ../gone.yaml, which is not there",
            "not-there: there is no such file or directory"
        ]
    );
}

#[test]
fn two_reads_are_alike() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data");
    let read =
        || format!("{:?}", read(std::slice::from_ref(&samples), &Options { keeps_texts: true, ..Options::default() }));
    assert_eq!(read(), read());
}

/// Programs that stand in for helm and kustomize: shell scripts with this text.
fn rendering(directory: &Path, helm: Option<&str>, kustomize: Option<&str>) -> Options {
    let program = |name: &str, text: Option<&str>| {
        let path = directory.join(".bin").join(name);
        if let Some(text) = text {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        path
    };
    let rendering = Rendering {
        helm: program("helm", helm),
        kustomize: vec![
            (directory.join(".bin/absent"), "build".to_owned()),
            (program("kubectl", kustomize), "kustomize".to_owned()),
        ],
        namespace: "shop".to_owned(),
        values: vec!["v.yaml".into()],
        set: vec!["a.b=c".to_owned()],
        timeout: Duration::from_secs(20),
        ..Rendering::default()
    };
    Options { rendering: Some(rendering), ..Options::default() }
}

const CHART: &[(&str, &str)] = &[
    ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("web/values.yaml", "a: {{ b }}\n"),
    ("web/templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n"),
    ("web/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
    ("web/charts/db/templates/a.yaml", "kind: {{ x }}\n"),
    ("web/files/t.yaml", "kind: {{ x }}\n"),
    ("web/examples/pod.yaml", POD),
    ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"),
    ("lib/templates/x.yaml", "kind: {{ x }}\n"),
];

const HELM: &str = "cat <<EOF
---
# Source: web/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: $(echo \"$2 $*\" | tr -c 'a-z0-9\\n' - | cut -c1-40)
---
# Source: web/charts/db/templates/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
---
# Source: web/charts/db/templates/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: t}
EOF
echo \"$*\" > $(dirname $0)/arguments";

#[test]
fn charts_are_rendered_with_their_sub_charts() {
    let directory = directory(CHART);
    let options = rendering(directory.path(), Some(HELM), None);
    let manifests = read_in(directory.path(), &[""], &options);
    let found = Found::of(&manifests, directory.path());
    assert_eq!(found.unreadable, [] as [String; 0]);
    let [pod, first, second, example] = found.objects.as_slice() else { panic!("{found:?}") };
    assert!(pod.starts_with("web/templates/pod.yaml:3 Pod release-name"), "{pod}");
    assert!(first.starts_with("web/charts/db/templates/a.yaml:") && first.ends_with("Secret s"), "{first}");
    assert!(second.ends_with("Secret t") && example == "web/examples/pod.yaml:1 Pod p", "{found:?}");
    let skipped = [
        (".bin", Reason::Hidden),
        ("lib", Reason::LibraryChart),
        ("lib/Chart.yaml", Reason::OtherFile),
        ("web/Chart.yaml", Reason::OtherFile),
        ("web/files/t.yaml", Reason::ChartFile),
        ("web/values.yaml", Reason::OtherFile),
    ];
    assert_eq!(found.skipped(), skipped);
    let web = directory.path().join("web");
    let arguments = fs::read_to_string(directory.path().join(".bin/arguments")).unwrap();
    let expected = format!(
        "template release-name {} --namespace shop --include-crds --values v.yaml --set a.b=c\n",
        web.display()
    );
    assert_eq!(arguments, expected);
    let source = &manifests.sources[manifests.objects[0].origin.source];
    assert_eq!(source.rendered_by.as_deref(), Some(&*format!("helm template release-name {}", web.display())));
    assert_eq!(source.path, None);
}

#[test]
fn a_chart_that_is_not_rendered_is_an_error() {
    let directory = directory(CHART);
    let failing =
        "echo 'walk.go: found symbolic link' >&2; echo 'Error: values do not fit:' >&2; echo '- a' >&2; exit 1";
    for (helm, expected) in [
        (
            None,
            "web: a chart, and helm is not on the path; install it, or run it elsewhere: `helm template release-name web | oke-vn check -`",
        ),
        (
            Some(failing),
            "web: helm cannot render this chart: values do not fit: - a; try `helm template release-name web | oke-vn check -`",
        ),
        (
            Some("exit 3"),
            "web: helm cannot render this chart: it ended without a word; try `helm template release-name web | oke-vn check -`",
        ),
    ] {
        let found =
            Found::of(&read_in(directory.path(), &[""], &rendering(directory.path(), helm, None)), directory.path());
        assert_eq!(found.unreadable, [expected]);
        assert_eq!(found.objects, ["web/examples/pod.yaml:1 Pod p"]);
        let _ = fs::remove_dir_all(directory.path().join(".bin"));
    }
    let found = Found::of(&read_in(directory.path(), &["web"], &Options::default()), directory.path());
    assert_eq!(found.unreadable, [] as [String; 0]);
    assert!(found.skipped().contains(&("web/templates", Reason::NotRendered)), "{found:?}");
}

#[test]
fn a_program_that_hangs_is_ended() {
    let directory = directory(CHART);
    let mut options = rendering(directory.path(), Some("sleep 60"), None);
    options.rendering.as_mut().unwrap().timeout = Duration::from_millis(300);
    let found = Found::of(&read_in(directory.path(), &["web"], &options), directory.path());
    assert_eq!(found.unreadable.len(), 1);
    assert!(found.unreadable[0].contains("it took more than 0 seconds"), "{found:?}");
}

const OVERLAYS: &[(&str, &str)] = &[
    (
        "base/kustomization.yaml",
        "resources: [pod.yaml, ../other]\nconfigMapGenerator: [{name: c, files: [k=data.yaml]}]\n",
    ),
    ("base/pod.yaml", POD),
    ("base/data.yaml", "kind: {{ x }}\n"),
    ("base/beside.yaml", POD),
    ("other/kustomization.yaml", "resources: [job.yaml]\n"),
    ("other/job.yaml", POD),
    (
        "component/kustomization.yaml",
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [c.yaml]\n",
    ),
    ("component/c.yaml", POD),
    ("lonely/kustomization.yaml", "kind: Component\nresources: [l.yaml]\n"),
    ("lonely/l.yaml", POD),
    (
        "prod/kustomization.yaml",
        "resources: [../base]\ncomponents: [../component]\npatches: [{path: patch.yaml}]\npatchesStrategicMerge:\n- |-\n  a: b\n- old.yaml\n",
    ),
    ("prod/patch.yaml", "- {op: add, path: /a, value: b}\n"),
    ("prod/old.yaml", POD),
    (
        "flux/kustomization.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: f}\n",
    ),
];

#[test]
fn overlays_are_built_and_what_they_include_is_not_read_again() {
    let directory = directory(OVERLAYS);
    let script = "echo \"$2\" >> $(dirname $0)/built; printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: built}\\n'";
    let options = rendering(directory.path(), None, Some(script));
    let manifests = read_in(directory.path(), &[""], &options);
    let found = Found::of(&manifests, directory.path());
    let built = fs::read_to_string(directory.path().join(".bin/built")).unwrap();
    assert_eq!(built, format!("{}\n", directory.path().join("prod").display()));
    let objects = [
        "base/beside.yaml:1 Pod p",
        "flux/kustomization.yaml:1 Kustomization f",
        "lonely/l.yaml:1 Pod p",
        "prod:1 Pod built",
    ];
    assert_eq!(found.objects, objects);
    assert_eq!(found.unreadable, [] as [String; 0]);
    let reasons = by_reason(&manifests.skipped);
    let count = |reason: Reason| reasons.get(&reason).map_or(0, Vec::len);
    assert_eq!(
        (count(Reason::Included), count(Reason::Patch), count(Reason::Kustomization), count(Reason::Hidden)),
        (3, 3, 5, 1)
    );
}

#[test]
fn overlays_that_are_not_built() {
    let directory = directory(OVERLAYS);
    let found =
        Found::of(&read_in(directory.path(), &[""], &rendering(directory.path(), None, None)), directory.path());
    let expected = "prod: an overlay, and neither kustomize nor kubectl is on the path; install one of them, or run it \
                    elsewhere: `kustomize build prod | oke-vn check -`";
    assert_eq!(found.unreadable, [expected]);
    let prefix = "E1128 10:01:56.646514   22402 run.go:72] \"command failed\" err=";
    for (logged, expected) in
        [(r#""invalid: \"x\"""#, r#"invalid: "x""#), ("<\n\tno such file: a\n >", "no such file: a")]
    {
        let script = format!("cat >&2 <<'EOF'\n{prefix}{logged}\nEOF\nexit 1");
        let options = rendering(directory.path(), None, Some(&script));
        let found = Found::of(&read_in(directory.path(), &[""], &options), directory.path());
        let expected = format!(
            "prod: kubectl cannot build this overlay: {expected}; try `kubectl kustomize prod | oke-vn check -`"
        );
        assert_eq!(found.unreadable, [expected]);
    }
    // Without rendering, what is included is read as it is, and patches aren't objects.
    let found = Found::of(&read_in(directory.path(), &[""], &Options::default()), directory.path());
    assert_eq!(found.objects.len(), 6, "{found:?}");
    assert_eq!(found.unreadable, [] as [String; 0]);
}

#[test]
fn overlays_that_include_each_other_are_not_lost() {
    let directory =
        directory(&[("a/kustomization.yaml", "resources: [../b]\n"), ("b/kustomization.yaml", "resources: [../a]\n")]);
    let options = rendering(directory.path(), None, Some("echo 'error: cycle detected' >&2; exit 1"));
    let found = Found::of(&read_in(directory.path(), &[""], &options), directory.path());
    assert_eq!(
        found.unreadable,
        ["a: kubectl cannot build this overlay: cycle detected; try `kubectl kustomize a | oke-vn check -`"]
    );
}
