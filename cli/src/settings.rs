//! The settings of the policy, as the command line gets them.

use anyhow::{Context, Result};
use oke_virtual_nodes_policy::lint::rule::{Level, Rule};
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::judge::PLACEMENT;
use crate::policy;

/// The options for settings, with the names that `kwctl` gives them.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct Source {
    /// File with the policy's settings, or with the manifest of a ClusterAdmissionPolicy or AdmissionPolicy, whose rules
    /// and selectors then count too; YAML or JSON
    #[arg(short, long, value_name = "FILE", conflicts_with = "settings_json")]
    pub settings_path: Option<std::path::PathBuf>,

    /// The policy to take of several in the settings file
    #[arg(long, value_name = "NAME", requires = "settings_path")]
    pub policy_name: Option<String>,

    /// The policy's settings as JSON text
    #[arg(long, value_name = "JSON")]
    pub settings_json: Option<String>,
}

impl Source {
    /// Whether the command line says where the settings are.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.settings_path.is_some() || self.settings_json.is_some()
    }

    /// Reads the settings; `{}` if there are none. As Kubewarden does, it takes null for `{}` and refuses everything
    /// else that isn't an object.
    ///
    /// # Errors
    /// If the file cannot be read, or the text isn't YAML or JSON, or isn't an object.
    pub fn read(&self) -> Result<policy::Settings> {
        let name = self.policy_name.as_deref();
        match (&self.settings_path, &self.settings_json) {
            (Some(path), _) => policy::Settings::read(path, name),
            (None, Some(json)) => {
                // Said of the option's own text, since a YAML reader would take nearly anything.
                serde_json::from_str::<&RawValue>(json).context("the text of --settings-json is not JSON")?;
                policy::Settings::parse(json, "the text of --settings-json", name)
            }
            (None, None) => policy::Settings::parse("{}", "", None),
        }
    }

    /// Where the settings come from, for a report; nothing for those of the command line.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        self.settings_path.as_ref().map(|path| path.display().to_string())
    }
}

/// The settings with these rules off.
///
/// # Errors
/// If the settings aren't JSON.
pub fn without_rules<'r>(settings: &RawValue, off: impl IntoIterator<Item = &'r str>) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    let rules = object.entry("rules").or_insert_with(|| Object::new().into());
    if let Json::Object(rules) = rules {
        for id in off {
            match rules.get_mut(id) {
                Some(Json::Object(rule)) => drop(rule.insert("level".to_owned(), "off".into())),
                _ => drop(rules.insert(id.to_owned(), "off".into())),
            }
        }
    }
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// The ids of the rules that these settings turn off.
///
/// # Errors
/// If the settings aren't JSON.
pub fn rules_off(settings: &RawValue) -> Result<Vec<String>> {
    let object: Object = serde_json::from_str(settings.get())?;
    let is_tolerant = object.get("profile").is_some_and(|profile| profile == "tolerant");
    let is_off = |rule: &&&Rule| {
        let own = object.get("rules").and_then(|rules| rules.get(rule.id));
        let level = own.and_then(|own| own.as_str().or_else(|| own.get("level")?.as_str()));
        let of_profile = if is_tolerant { rule.tolerant } else { rule.strict };
        level.unwrap_or(of_profile.name()) == Level::Off.name()
    };
    Ok(RULES.iter().filter(is_off).map(|rule| rule.id.to_owned()).collect())
}

/// The exemptions, by their position, that ask for nothing but labels. Authors choose labels, so each can use them.
///
/// # Errors
/// If the settings aren't JSON.
pub fn exemptions_by_label(settings: &RawValue) -> Result<Vec<usize>> {
    let object: Object = serde_json::from_str(settings.get())?;
    let is_set = |value: &Json| match value {
        Json::Array(list) => !list.is_empty(),
        Json::Object(map) => !map.is_empty(),
        value => !value.is_null(),
    };
    let is_open = |entry: &Json| {
        let has = |name: &str| entry.get(name).is_some_and(is_set);
        has("labels") && !["namespaces", "names", "kinds", "users", "groups"].into_iter().any(has)
    };
    let entries = object.get("exemptions").and_then(Json::as_array).into_iter().flatten().enumerate();
    Ok(entries.filter(|(_, entry)| is_open(entry)).map(|(index, _)| index).collect())
}

/// The settings with the profile that the command line names.
pub fn with_profile(settings: &RawValue, profile: &str) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    object.insert("profile".to_owned(), profile.into());
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// The settings for `--fix`: with every fix and with templates, unless the settings say otherwise.
pub fn with_fixes(settings: &RawValue) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    // To keep pods off virtual nodes fixes no manifest.
    let is_fix = |id: &str| id != PLACEMENT;
    let is_chosen = rules(&object).any(|(id, rule)| is_fix(id) && rule.get("mutate") == Some(&Json::Bool(true)));
    if !is_chosen && object.get("mutate").is_none_or(Json::is_null) {
        object.insert("mutate".to_owned(), "full".into());
    }
    if object.get("mutateTemplates").is_none_or(Json::is_null) {
        object.insert("mutateTemplates".to_owned(), true.into());
    }
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// The settings without any fix.
pub fn without_fixes(settings: &RawValue) -> Result<Box<RawValue>> {
    let mut object: Object = serde_json::from_str(settings.get())?;
    object.insert("mutate".to_owned(), "off".into());
    if let Some(Json::Object(rules)) = object.get_mut("rules") {
        for rule in rules.values_mut().filter_map(Json::as_object_mut) {
            rule.remove("mutate");
        }
    }
    Ok(serde_json::value::to_raw_value(&object)?)
}

/// Whether the settings let templates be fixed.
pub fn fixes_templates(settings: &RawValue) -> Result<bool> {
    let object: Object = serde_json::from_str(settings.get())?;
    Ok(object.get("mutateTemplates") == Some(&Json::Bool(true)))
}

type Object = serde_json::Map<String, Json>;

fn rules(settings: &Object) -> impl Iterator<Item = (&str, &Object)> {
    let rules = settings.get("rules").and_then(Json::as_object).into_iter().flatten();
    rules.filter_map(|(id, rule)| Some((id.as_str(), rule.as_object()?)))
}
