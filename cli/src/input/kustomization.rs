//! What a kustomization includes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::text;
use crate::node::{Node, Value};
use crate::yaml;

/// The names under which kustomize looks for its file, in its order.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A directory that kustomize can render.
#[derive(Debug, Default)]
pub(super) struct Kustomization {
    /// Its file.
    pub(super) file: PathBuf,
    /// Whether it is a component: something that overlays include and that renders nothing by itself.
    pub(super) is_component: bool,
    /// The files of objects that it includes, and directories with other kustomizations; resolved.
    pub(super) resources: BTreeSet<PathBuf>,
    /// The other files that it reads: patches, the content of ConfigMaps, configurations of kustomize; resolved.
    pub(super) parts: BTreeSet<PathBuf>,
}

impl Kustomization {
    /// The kustomization in a directory, if there is one. Of one that does not parse nothing is known but its file.
    pub(super) fn find(directory: &Path) -> Option<Self> {
        let file = NAMES.iter().map(|name| directory.join(name)).find(|file| file.is_file())?;
        let bytes = text::read_file(&file).ok()?;
        let document = text::decode(bytes).ok().and_then(|(text, _)| yaml::load(&text, 1).ok()?.into_iter().next());
        let Some(document) = document else { return Some(Self { file, ..Self::default() }) };
        // Flux has objects of the same kind, and some are in files of this name.
        let is_own = |version: &str| version.starts_with("kustomize.config.k8s.io/");
        if document.text_of("apiVersion").is_some_and(|version| !is_own(version)) {
            return None;
        }
        let resolve =
            |paths: Vec<&str>| paths.iter().filter_map(|path| directory.join(path).canonicalize().ok()).collect();
        Some(Self {
            file,
            is_component: document.text_of("kind") == Some("Component"),
            resources: resolve(resources(&document)),
            parts: resolve(parts(&document)),
        })
    }
}

fn resources(document: &Node) -> Vec<&str> {
    ["resources", "bases", "components"].iter().flat_map(|key| texts(document, key)).collect()
}

fn parts(document: &Node) -> Vec<&str> {
    let lists = ["patchesStrategicMerge", "crds", "configurations", "transformers", "generators", "validators"];
    let mut parts: Vec<&str> = lists.iter().flat_map(|key| texts(document, key)).collect();
    for key in ["patches", "patchesJson6902", "replacements"] {
        parts.extend(maps(document, key).filter_map(|entry| entry.text_of("path")));
    }
    for generator in ["configMapGenerator", "secretGenerator"].iter().flat_map(|key| maps(document, key)) {
        let files = texts(generator, "files").into_iter();
        // `key=file` or the file alone.
        parts.extend(files.map(|file| file.split_once('=').map_or(file, |(_, file)| file)));
        parts.extend(texts(generator, "envs"));
        parts.extend(generator.text_of("env"));
    }
    parts.extend(maps(document, "helmCharts").filter_map(|chart| chart.text_of("valuesFile")));
    parts.extend(document.get("openapi").and_then(|openapi| openapi.text_of("path")));
    parts
}

fn texts<'n>(node: &'n Node, key: &str) -> Vec<&'n str> {
    let items = node.get(key).and_then(|list| list.items()).unwrap_or_default();
    // A patch or a transformer may stand there itself, and not the name of its file.
    items.iter().filter_map(|item| item.text()).filter(|text| !text.contains('\n')).collect()
}

fn maps<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    let items = node.get(key).and_then(|list| list.items()).unwrap_or_default();
    items.iter().map(|item| &**item).filter(|item| matches!(item.value, Value::Mapping(_)))
}
