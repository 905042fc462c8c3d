//! `.oke-vn.yaml`: what a repository says about how it is checked.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use globset::{Glob, GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ignore::{Entry, Pattern, unknown_rules};
use super::model::Location;
use super::outline::Outline;
use super::summary::FailOn;

/// The names of the file.
pub const NAMES: [&str; 2] = [".oke-vn.yaml", ".oke-vn.yml"];

/// The content of `.oke-vn.yaml`. All paths in it start at its own directory.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// The policy's settings.
    pub settings: Option<serde_json::Map<String, serde_json::Value>>,
    /// A file with the settings, or with the manifest of a policy that has them.
    pub settings_from: Option<PathBuf>,
    /// The name of the policy, where `settingsFrom` has several.
    pub policy_name: Option<String>,
    /// What is checked when the command line names nothing.
    pub paths: Vec<PathBuf>,
    /// What is left out of directories: patterns such as `**/testdata/**`.
    pub exclude: Vec<String>,
    /// What makes a check fail.
    pub fail_on: Option<FailOn>,
    /// A baseline: findings that are known.
    pub baseline: Option<PathBuf>,
    /// What is ignored.
    pub ignore: Vec<Ignore>,
}

/// Findings that are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ignore {
    /// The rules.
    pub rules: Vec<String>,
    /// The files: patterns such as `monitoring/**`. All where it is absent.
    #[serde(default)]
    pub files: Vec<String>,
    /// The objects: patterns such as `DaemonSet monitoring/*` or `shop/web`. All where it is absent.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `2026-12-31`.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

/// A configuration that was read and found right.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The files that `exclude` leaves out, as patterns for names from its directory.
    pub exclude: Vec<GlobMatcher>,
    /// Its ignore entries.
    pub ignore: Vec<Entry>,
}

/// Finds the file in `directory` or above it, up to the root of the repository (where `.git` is). Outside of a repository
/// it looks into `directory` only.
pub fn find(directory: &Path) -> Option<PathBuf> {
    let is_root = |directory: &&Path| directory.join(".git").exists();
    let depth = directory.ancestors().position(|ancestor| is_root(&ancestor)).unwrap_or(0);
    directory
        .ancestors()
        .take(depth + 1)
        .flat_map(|directory| NAMES.map(|name| directory.join(name)))
        .find(|file| file.is_file())
}

/// Reads the text of the file. `file` is its name for people, `rules` are the ids of all rules. Returns everything that is
/// wrong, each as `file:line:column: what, and what to do`.
pub fn read(text: &str, file: &str, rules: &[&str]) -> Result<Loaded, Vec<String>> {
    // A file of comments only says nothing, and is right.
    let config: Option<Config> = yaml_serde::from_str(text).map_err(|error| vec![unreadable(&error, file)])?;
    let config = config.unwrap_or_default();
    let outline = Outline::read(text, 1, "").unwrap_or_default();
    let mut reader = Reader { file, outline, errors: Vec::new() };
    if config.settings.is_some() && config.settings_from.is_some() {
        reader.error("settingsFrom", "`settings` and `settingsFrom` exclude each other: keep one of them");
    }
    if config.policy_name.is_some() && config.settings_from.is_none() {
        reader.error("policyName", "`policyName` chooses a policy of `settingsFrom`, which is missing: add it");
    }
    let exclude = reader.globs("exclude", &config.exclude);
    let ignore = config.ignore.iter().enumerate();
    let ignore = ignore.map(|(index, ignore)| reader.entry(&format!("ignore[{index}]"), ignore, rules)).collect();
    if reader.errors.is_empty() { Ok(Loaded { exclude, ignore, config }) } else { Err(reader.errors) }
}

/// The JSON Schema of the file, for editors: the content of `docs/config.schema.json`.
pub fn schema() -> String {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<Config>();
    schema.insert("title".to_owned(), ".oke-vn.yaml".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn unreadable(error: &yaml_serde::Error, file: &str) -> String {
    let place = error.location().map_or(String::new(), |at| format!(":{}:{}", at.line(), at.column()));
    let text = error.to_string();
    // The place stands in front already.
    let text = text.split(" at line ").next().unwrap_or_default();
    format!("{file}{place}: {text}")
}

struct Reader<'a> {
    file: &'a str,
    outline: Outline,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn location(&self, path: &str) -> Location {
        let entry = self.outline.find(path);
        entry.map_or_else(Location::default, |entry| Location::new(self.file, entry.line, entry.column))
    }

    fn error(&mut self, path: &str, problem: &str) {
        let place = super::words::file_place(self.file, &self.location(path));
        self.errors.push(format!("{place}: {problem}"));
    }

    fn globs(&mut self, path: &str, patterns: &[String]) -> Vec<GlobMatcher> {
        let mut globs = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            // `*` stays within a directory, as in every other list of files.
            match GlobBuilder::new(pattern.trim_start_matches("./")).literal_separator(true).build() {
                Ok(glob) => globs.push(glob.compile_matcher()),
                Err(error) => {
                    self.error(&format!("{path}[{index}]"), &format!("the pattern isn't one: {}", error.kind()))
                }
            }
        }
        globs
    }

    fn patterns(&mut self, path: &str, patterns: &[String]) -> Vec<Pattern> {
        let mut globs = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match Glob::new(pattern) {
                Ok(glob) => globs.push(Pattern { has_kind: pattern.contains(' '), glob: glob.compile_matcher() }),
                Err(error) => {
                    self.error(&format!("{path}[{index}]"), &format!("the pattern isn't one: {}", error.kind()))
                }
            }
        }
        globs
    }

    fn entry(&mut self, path: &str, ignore: &Ignore, rules: &[&str]) -> Entry {
        if ignore.rules.is_empty() {
            self.error(&format!("{path}.rules"), "the entry names no rule: name the rules that it is about");
        }
        for (index, rule) in ignore.rules.iter().enumerate() {
            if let Err(problem) = unknown_rules(std::slice::from_ref(rule), rules) {
                self.error(&format!("{path}.rules[{index}]"), &problem);
            }
        }
        if ignore.reason.trim().is_empty() {
            self.error(&format!("{path}.reason"), "the entry gives no reason: say why these findings are all right");
        }
        Entry {
            location: self.location(path),
            rules: ignore.rules.clone(),
            files: self.globs(&format!("{path}.files"), &ignore.files),
            objects: self.patterns(&format!("{path}.objects"), &ignore.objects),
            reason: ignore.reason.clone(),
            until: ignore.until,
        }
    }
}
